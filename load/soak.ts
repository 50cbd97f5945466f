/**
 * Hours of an ordinary load, for what grows slowly: leaks, full disks, pools that lose a place now and then. The first
 * and the last tenth are judged apart, and compared.
 */
import { duration, durationMs } from './env.ts';
import { objective, plan, type Step } from './lib/plan.ts';
import { outputs, readValue, type Summary, thresholdLines } from './lib/summary.ts';
import { browseRate, checkoutRate } from './settings.ts';

export { browse, checkout } from './lib/judged.ts';

const wholeMs = durationMs(duration('DURATION', '2h', 3)) ?? 0;
const tenthMs = Math.max(1_000, Math.round(wholeMs / 10));
const parts = [
  { name: 'early', startMs: 0, lastsMs: tenthMs },
  { name: 'middle', startMs: tenthMs, lastsMs: wholeMs - 2 * tenthMs },
  { name: 'late', startMs: wholeMs - tenthMs, lastsMs: tenthMs },
];
const rates = { browse: browseRate, checkout: checkoutRate };
const journeys = ['browse', 'checkout'] as const;

const steps: Record<string, Step> = {};
for (const { name, startMs, lastsMs } of parts)
  for (const journey of journeys)
    steps[`${name}_${journey}`] = {
      journey,
      rate: rates[journey],
      duration: `${lastsMs}ms`,
      startTime: `${startMs}ms`,
      objective,
    };

export const options = plan(steps);

/** How the last tenth compares with the first one; a ratio of 1 is no drift. */
export function handleSummary(summary: Summary): Record<string, string> {
  const drift = journeys.map((journey) => {
    const p99 = (part: string) => readValue(summary, `shop_${journey}_duration{scenario:${part}_${journey}}`, 'p(99)');
    const [earlyMs, lateMs] = [p99('early'), p99('late')];
    return { journey, earlyMs, lateMs, ratio: earlyMs && lateMs !== undefined ? lateMs / earlyMs : null };
  });
  const lines = drift.map(({ journey, earlyMs, lateMs, ratio }) => {
    const times = ratio === null ? 'no ratio' : `× ${ratio.toFixed(2)}`;
    return `${journey}: p99 ${earlyMs?.toFixed(1) ?? '–'} ms in the first tenth, ${lateMs?.toFixed(1) ?? '–'} ms in the last (${times})`;
  });
  return outputs([...lines, ...thresholdLines(summary)], { drift });
}
