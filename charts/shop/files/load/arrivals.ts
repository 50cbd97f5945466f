import type { ConstantArrivalRateScenario } from 'k6/options';
import { patience } from './settings.ts';

export interface Arrivals {
  readonly journey: keyof typeof patience;
  /** Users a second. */
  readonly rate: number;
  readonly duration: string;
  /** Since the start of the test; default 0s. */
  readonly startTime?: string;
}

/** A journey takes longer than its last request is waited for; half as many again for arrivals that bunch. */
export const users = (rate: number, seconds: number): number => Math.ceil(rate * (seconds + 1) * 1.5);

/**
 * Users who arrive at a constant rate whatever the shop's speed, as real users do; a load that waits for answers would
 * slow down with the shop and hide what it should show.
 */
export const arrivals = ({ journey, rate, duration, startTime = '0s' }: Arrivals): ConstantArrivalRateScenario => ({
  executor: 'constant-arrival-rate',
  rate,
  timeUnit: '1s',
  duration,
  startTime,
  preAllocatedVUs: users(rate, patience[journey]),
  gracefulStop: `${patience[journey]}s`,
  exec: journey,
});
