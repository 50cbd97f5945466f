import type { Journey } from '../outcome.ts';
import type { Objective } from './plan.ts';
import { readValue, type Summary } from './summary.ts';

/** Fewer users than this share of the step's rate: k6 had no free ones left, and the step says nothing of the shop. */
const offeredShare = 0.9;

export interface StepResult {
  /** Users a second. */
  readonly rate: number;
  /** Answers that the numbers below come from. */
  readonly samples: number;
  readonly p99Ms: number | null;
  readonly badPercent: number | null;
  readonly held: boolean;
  /** Why it did not hold. */
  readonly why?: string;
}

export interface KneeResult {
  readonly journey: Journey;
  readonly objective: Objective;
  readonly stepSeconds: number;
  /** The highest rate that held, all lower ones included; null when the first step did not hold. */
  readonly knee: number | null;
  /** False: every step held, and the knee is higher; or k6 could not offer the rate. */
  readonly isReached: boolean;
  /** As far as the test went. */
  readonly steps: readonly StepResult[];
}

/** The metrics of one step. */
export const metricsOf = (journey: Journey, rate: number) => ({
  durations: `shop_${journey}_duration{step:${rate}}`,
  bad: `shop_bad_share{step:${rate}}`,
});

interface Question {
  readonly summary: Summary;
  readonly journey: Journey;
  readonly rates: readonly number[];
  readonly stepSeconds: number;
  readonly objective: Objective;
}

export function kneeOf({ summary, journey, rates, stepSeconds, objective }: Question): KneeResult {
  const steps: StepResult[] = [];
  let knee: number | null = null;
  let isReached = false;
  for (const rate of rates) {
    const { durations, bad } = metricsOf(journey, rate);
    const samples = readValue(summary, durations, 'count') ?? 0;
    if (samples === 0) break;
    const p99Ms = readValue(summary, durations, 'p(99)') ?? 0;
    const badPercent = 100 * (readValue(summary, bad, 'rate') ?? 0);
    const missed = [
      ...(p99Ms < objective.p99Ms ? [] : [`p99 ${p99Ms.toFixed(0)} ms, not below ${objective.p99Ms} ms`]),
      ...(badPercent <= objective.badPercent ? [] : [`${badPercent.toFixed(1)}% bad, above ${objective.badPercent}%`]),
    ];
    const isOffered = samples >= offeredShare * rate * stepSeconds;
    const unoffered = `k6 offered only ${samples} of ${rate * stepSeconds}: it was stopped, or MAX_USERS is too low`;
    const why = missed.length > 0 ? missed.join('; ') : isOffered ? undefined : unoffered;
    steps.push({ rate, samples, p99Ms, badPercent, held: why === undefined, ...(why === undefined ? {} : { why }) });
    isReached = missed.length > 0;
    if (why !== undefined) break;
    knee = rate;
  }
  return { journey, objective, stepSeconds, knee, isReached, steps };
}

/** The result for people. */
export function kneeText({ journey, objective, knee, isReached, steps }: KneeResult): string[] {
  const rows = steps.map(({ rate, samples, p99Ms, badPercent, why }) => {
    const numbers = `p99 ${p99Ms?.toFixed(1) ?? '–'} ms, ${badPercent?.toFixed(2) ?? '–'}% bad of ${samples}`;
    return `${String(rate).padStart(6)}/s ${numbers}${why === undefined ? '' : `: ${why}`}`;
  });
  const limits = `p99 below ${objective.p99Ms} ms and at most ${objective.badPercent}% bad`;
  const found =
    knee === null
      ? `${journey}: not even the first step held (${limits})`
      : `${journey}: ${knee}/s is the highest rate that held (${limits})${isReached ? '' : '; the knee is higher'}`;
  return [...rows, found];
}
