import { type Clock, monotonicClock } from '../../clock.ts';

/** Certificates and tokens end at an hour of the day; everything else is counted on a clock that never jumps. */
export interface Clocks extends Clock {
  /** Unix ms. */
  readonly wallNow: () => number;
}

export const systemClocks: Clocks = { ...monotonicClock, wallNow: () => Date.now() };
