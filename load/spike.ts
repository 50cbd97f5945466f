/**
 * Many times the usual number of users, at once: calm, spike, settling, recovered. Objectives hold in calm and once
 * recovered; during the spike a shop may shed load, but only so much of it.
 */
import { duration, durationMs, maxRate, number, whole } from './env.ts';
import { objective, plan, type Step } from './lib/plan.ts';
import { browseRate, checkoutRate, patience } from './settings.ts';

export { browse, checkout } from './lib/judged.ts';

const factor = whole('SPIKE_FACTOR', 5, { from: 2, to: 100 });
/** What a spike may cost: an answer that is refused in time is bad, yet not lost. */
const duringSpike = {
  p99Ms: Math.max(patience.browse, patience.checkout) * 1_000,
  badPercent: number('SPIKE_BAD_PERCENT', 50, { from: 0, to: 100 }),
};
const phases = [
  { name: 'calm', lasts: duration('CALM', '30s'), factor: 1, objective },
  { name: 'spike', lasts: duration('SPIKE', '20s'), factor, objective: duringSpike },
  { name: 'settling', lasts: duration('SETTLING', '10s'), factor: 1 },
  { name: 'recovered', lasts: duration('RECOVERED', '30s'), factor: 1, objective },
];

const steps: Record<string, Step> = {};
let startMs = 0;
for (const { name, lasts, factor: times, ...wanted } of phases) {
  for (const [journey, usual] of [
    ['browse', browseRate],
    ['checkout', checkoutRate],
  ] as const) {
    const rate = usual * times;
    if (rate > maxRate) throw new Error(`SPIKE_FACTOR × ${usual} is ${rate} a second: at most ${maxRate} are made`);
    steps[`${name}_${journey}`] = { journey, rate, duration: lasts, startTime: `${startMs}ms`, ...wanted };
  }
  startMs += durationMs(lasts) ?? 0;
}

export const options = plan(steps);
