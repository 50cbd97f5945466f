/**
 * Where is the knee? The rate goes up in steps until users no longer get what they may expect: the test ends there by
 * itself, and the knee is the highest rate that still held. Exit code 99: the knee was reached; 0: MAX_RATE still held.
 */
import exec from 'k6/execution';
import type { Options, Threshold } from 'k6/options';
import { duration, durationMs, oneOf, whole } from './env.ts';
import { browse, checkout } from './lib/judged.ts';
import { kneeOf, kneeText, metricsOf } from './lib/knee.ts';
import { objective, systemTags } from './lib/plan.ts';
import { outputs, type Summary } from './lib/summary.ts';
import { patience } from './settings.ts';

const journeys = { browse, checkout };
const journey = oneOf('JOURNEY', ['checkout', 'browse'], 'checkout');
const startRate = whole('START_RATE', 10);
const stepRate = whole('STEP_RATE', 10);
const lastRate = whole('MAX_RATE', 200);
const stepDuration = duration('STEP_DURATION', '10s');
const stepMs = durationMs(stepDuration) ?? 0;
const users = whole('MAX_USERS', Math.max(50, Math.ceil((lastRate * objective.p99Ms * 3) / 1_000)));

const count = Math.floor((lastRate - startRate) / stepRate) + 1;
if (count < 1) throw new Error(`MAX_RATE is ${lastRate}: it should be at least START_RATE, which is ${startRate}`);
if (count > 200)
  throw new Error(`STEP_RATE is ${stepRate}: from ${startRate} to ${lastRate} these are ${count} steps, at most 200`);
if (startRate * stepMs < 100_000)
  throw new Error(
    `START_RATE ${startRate} for ${stepDuration} makes ${(startRate * stepMs) / 1_000} answers: a p99 needs 100 a step, so raise one of them`,
  );
const rates = Array.from({ length: count }, (_, index) => startRate + index * stepRate);

const thresholds: Record<string, Threshold[]> = {};
for (const [index, rate] of rates.entries()) {
  const { durations, bad } = metricsOf(journey, rate);
  // A step is judged by half of its answers at the earliest, or its first slow one would end the test.
  const rest = { abortOnFail: true, delayAbortEval: `${Math.round((index + 0.5) * stepMs)}ms` };
  thresholds[durations] = [{ threshold: `p(99)<${objective.p99Ms}`, ...rest }];
  thresholds[bad] = [{ threshold: `rate<=${objective.badPercent / 100}`, ...rest }];
}

export const options: Options = {
  scenarios: {
    breakpoint: {
      executor: 'ramping-arrival-rate',
      startRate,
      timeUnit: '1s',
      stages: rates.flatMap((target) => [
        { target, duration: '0s' },
        { target, duration: stepDuration },
      ]),
      preAllocatedVUs: users,
      gracefulStop: `${patience[journey]}s`,
      exec: 'step',
    },
  },
  thresholds,
  systemTags,
  summaryTrendStats: ['med', 'p(99)', 'max', 'count'],
  discardResponseBodies: true,
};

/** One user. The tag `step` is the rate at which this user arrived. */
export function step(): void {
  const index = Math.floor((Date.now() - exec.scenario.startTime) / stepMs);
  exec.vu.metrics.tags.step = String(rates[Math.min(index, rates.length - 1)]);
  journeys[journey]();
}

export function handleSummary(summary: Summary): Record<string, string> {
  const result = kneeOf({ summary, journey, rates, stepSeconds: stepMs / 1_000, objective });
  return outputs(kneeText(result), result);
}
