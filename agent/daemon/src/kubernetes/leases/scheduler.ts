/** Timers, passed in so that tests own the time. */
export interface Scheduler {
  /** Calls `run` once after `ms`; what it returns undoes that. */
  readonly after: (ms: number, run: () => void) => () => void;
}

/** Timers of Node.js that keep no process alive. */
export const realScheduler: Scheduler = {
  after: (ms, run) => {
    const timer = setTimeout(run, Math.max(0, ms));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms`, or at once when the signal aborts. */
export const pause = (scheduler: Scheduler, ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      undo();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const undo = scheduler.after(ms, done);
    signal.addEventListener('abort', done, { once: true });
  });
