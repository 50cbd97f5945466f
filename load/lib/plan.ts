import type { Options, Scenario, Threshold } from 'k6/options';
import { type Arrivals, arrivals } from '../arrivals.ts';
import { number, whole } from '../env.ts';

/** What users may expect. */
export interface Objective {
  /** 99 of 100 answers come sooner, in ms. */
  readonly p99Ms: number;
  /** At most so many answers of 100 are bad. */
  readonly badPercent: number;
}

/** One scenario: who arrives, and what is expected of the shop meanwhile; nothing, when there is no objective. */
export interface Step extends Arrivals {
  readonly objective?: Objective;
}

export const objective: Objective = {
  p99Ms: whole('P99_MS', 500, { to: 60_000 }),
  badPercent: number('BAD_PERCENT', 1, { from: 0, to: 100 }),
};

/** Tags of every sample: those that the services' metrics have too, and the scenario, which thresholds are cut by. */
export const systemTags: NonNullable<Options['systemTags']> = [
  ...(['scenario', 'name', 'method', 'status', 'expected_response'] as const),
];

/** Scenarios with a threshold each, by name. One that ran nothing, or could not hold its rate, has proved nothing. */
export function plan(steps: Readonly<Record<string, Step>>): Options {
  const scenarios: Record<string, Scenario> = {};
  const thresholds: Record<string, Threshold[]> = {};
  for (const [name, { objective: wanted, ...who }] of Object.entries(steps)) {
    scenarios[name] = arrivals(who);
    thresholds[`iterations{scenario:${name}}`] = ['count>0'];
    if (wanted === undefined) continue;
    thresholds[`dropped_iterations{scenario:${name}}`] = ['count<1'];
    thresholds[`shop_${who.journey}_duration{scenario:${name}}`] = [`p(99)<${wanted.p99Ms}`];
    thresholds[`shop_bad_share{scenario:${name}}`] = [`rate<=${wanted.badPercent / 100}`];
  }
  return {
    scenarios,
    thresholds,
    systemTags,
    summaryTrendStats: ['avg', 'med', 'p(95)', 'p(99)', 'max', 'count'],
    discardResponseBodies: true,
  };
}
