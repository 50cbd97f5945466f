import type { Listener } from '../contracts.ts';

/** Tells somebody outside what a run does. It never holds the run up and never fails it. */
export interface Notifier {
  readonly listener: Listener;
  /** Sends what still waits, for 3 s at most. Twice is once. */
  readonly close: () => Promise<void>;
}

/** An address without what may be secret in it: user, path (a webhook's is its password) and query. */
export const placeOf = (url: string): string => new URL(url).origin;
