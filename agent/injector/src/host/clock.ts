import { performance } from 'node:perf_hooks';
import { load } from './load.ts';

/**
 * The real clock and timers, taken when the process starts: a host that later installs fake ones (for its own tests)
 * must not stop a lease from ending.
 */
export const now: () => number = performance.now.bind(performance);
const timers = load('node:timers') as typeof import('node:timers');
export const { setTimeout: startTimer, clearTimeout: clearTimer, setInterval: startInterval } = timers;
export const { clearInterval: stopInterval, setImmediate: startImmediate } = timers;

/** Node's timers take no longer delay than this. */
export const longestTimerMs = 2 ** 31 - 1;
