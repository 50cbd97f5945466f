import { setTimeout as sleepFor } from 'node:timers/promises';

/**
 * What a kubelet does for a container with a liveness probe, with the probe's least period and a back-off that is scaled
 * to runs of a minute: 1 s, 2 s, 4 s … 10 s instead of 10 s … 5 min, forgotten after twice the longest wait.
 * https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-restarts
 */
export const liveness = {
  periodMs: 1_000,
  timeoutMs: 1_000,
  failureThreshold: 3,
  /** So long may a process take until it listens, as with a startup probe; then silence counts as failure. */
  startupMs: 30_000,
  firstBackoffMs: 1_000,
  mostBackoffMs: 10_000,
  steadyAfterMs: 20_000,
} as const;

/** `absent`: nobody listens there. */
export type Look = 'healthy' | 'failed' | 'absent';

export interface Clock {
  readonly nowMs: () => number;
  /** Ends early, without an error, when the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

export const realClock: Clock = {
  nowMs: () => performance.now(),
  sleep: (ms, signal) => sleepFor(ms, undefined, { signal }).catch(() => {}),
};

/** One life of a process. */
export interface Life {
  /** Resolves with how it ended, such as `SIGKILL`. */
  readonly ended: Promise<string>;
  readonly kill: () => void;
}

export interface KeepOptions {
  readonly look: () => Promise<Look>;
  /** Starts the process again; undefined when it ended while it was started. Told why the last one ended. */
  readonly restart: (why: string) => Promise<Life | undefined>;
  /** Ends the keeping, not the process. */
  readonly signal: AbortSignal;
  readonly clock?: Clock;
}

/** Looks at a process each second, kills it when it fails, and starts it again whenever it has ended. */
export async function keepAlive(first: Life, options: KeepOptions): Promise<void> {
  const { restart, signal, clock = realClock } = options;
  const { firstBackoffMs, mostBackoffMs, steadyAfterMs } = liveness;
  let backoffMs: number = firstBackoffMs;
  let life: Life | undefined = first;
  let why = 'it ended while it was started';
  while (!signal.aborted) {
    const bornMs = clock.nowMs();
    if (life !== undefined) why = await watch(life, options, clock);
    if (signal.aborted) return;
    if (clock.nowMs() - bornMs >= steadyAfterMs) backoffMs = firstBackoffMs;
    await clock.sleep(backoffMs, signal);
    if (signal.aborted) return;
    backoffMs = Math.min(backoffMs * 2, mostBackoffMs);
    life = await restart(why);
  }
}

/** Resolves when the process has ended, by itself or because it failed, with the reason. */
async function watch(life: Life, { look, signal }: KeepOptions, clock: Clock): Promise<string> {
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const ended = life.ended.finally(() => over.abort());
  const failed = untilFailed(look, until, clock).then((failures) => {
    if (failures === undefined) return undefined;
    life.kill();
    return `/healthz failed ${failures} times`;
  });
  const stopped = new Promise<string>((resolve) => {
    signal.addEventListener('abort', () => resolve('it is stopped'), { once: true, signal: over.signal });
    if (signal.aborted) resolve('it is stopped');
  });
  const how = await Promise.race([ended, stopped]);
  return (await failed) ?? how;
}

/** Resolves with the failures in a row that are too many; undefined when it was ended before. */
async function untilFailed(look: () => Promise<Look>, until: AbortSignal, clock: Clock): Promise<number | undefined> {
  const { periodMs, failureThreshold, startupMs } = liveness;
  const bornMs = clock.nowMs();
  let isUp = false;
  let failures = 0;
  for (;;) {
    await clock.sleep(periodMs, until);
    if (until.aborted) return undefined;
    const seen = await look();
    if (until.aborted) return undefined;
    isUp ||= seen !== 'absent';
    if (!isUp && clock.nowMs() - bornMs < startupMs) continue;
    failures = seen === 'healthy' ? 0 : failures + 1;
    if (failures >= failureThreshold) return failures;
  }
}

/** One look at a service's /healthz. */
export async function lookAt(url: string): Promise<Look> {
  try {
    const signal = AbortSignal.timeout(liveness.timeoutMs);
    const response = await fetch(`${url}/healthz`, { signal, headers: { connection: 'close' } });
    await response.body?.cancel();
    return response.ok ? 'healthy' : 'failed';
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
    return code === 'ECONNREFUSED' ? 'absent' : 'failed';
  }
}
