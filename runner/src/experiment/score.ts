import type { ProbeResult } from '../contracts.ts';

/** Litmus' resilience score: the weighted share of judged probes that are within tolerance, 0 to 100; null without any. */
export function resilienceScore(probes: readonly ProbeResult[]): number | null {
  const judged = probes.filter(({ window }) => window !== 'before');
  const whole = judged.reduce((sum, { weight = 1 }) => sum + weight, 0);
  if (whole === 0) return null;
  const met = judged.reduce((sum, { weight = 1, met }) => sum + (met === true ? weight : 0), 0);
  return Math.round((1_000 * met) / whole) / 10;
}
