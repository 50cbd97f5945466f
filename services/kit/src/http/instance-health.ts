import { performance } from 'node:perf_hooks';
import { Client } from 'undici';

const intervalMs = 1_000;
const timeoutMs = 1_000;
/** Callers that started together must not all ask at the same moment. */
const jitter = 0.2;

/** Whether the instance at `url` is ready; rejects as well when it is not. */
export type Probe = (url: string, signal: AbortSignal) => Promise<boolean>;

export interface InstanceHealthOptions {
  readonly urls: readonly string[];
  /** Called when an instance has become ready or unready. */
  readonly onChange: () => void;
  readonly probe: Probe;
  /** Milliseconds; by default performance.now. */
  readonly clock?: (() => number) | undefined;
  /** 0 to 1. */
  readonly random: () => number;
}

/**
 * Asks every instance about once a second whether it is ready. The first bad answer, or none within a second, counts:
 * that is what a balancer without a threshold does. Until the first answer an instance counts as ready.
 */
export class InstanceHealth {
  readonly #options: InstanceHealthOptions;
  readonly #unreadySince: (number | undefined)[];
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #stopped = new AbortController();

  constructor(options: InstanceHealthOptions) {
    this.#options = options;
    this.#unreadySince = options.urls.map(() => undefined);
  }

  start(): void {
    this.#options.urls.forEach((_, index) => {
      this.#in(this.#options.random() * intervalMs, index);
    });
  }

  stop(): void {
    this.#stopped.abort();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  unreadySince(index: number): number | undefined {
    return this.#unreadySince[index];
  }

  /** Asks one instance now. */
  async check(index: number): Promise<void> {
    const { urls, probe, clock = () => performance.now(), onChange } = this.#options;
    const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), this.#stopped.signal]);
    const isReady = await probe(urls[index] ?? '', signal).catch(() => false);
    if (this.#stopped.signal.aborted) return;
    const wasReady = this.#unreadySince[index] === undefined;
    if (isReady === wasReady) return;
    this.#unreadySince[index] = isReady ? undefined : clock();
    onChange();
  }

  #in(delayMs: number, index: number): void {
    const timer = setTimeout(async () => {
      this.#timers.delete(timer);
      await this.check(index);
      if (!this.#stopped.signal.aborted)
        this.#in(intervalMs * (1 - jitter + 2 * jitter * this.#options.random()), index);
    }, delayMs).unref();
    this.#timers.add(timer);
  }
}

/** GET /readyz over a connection of its own each time: calls that wait say nothing about the instance. */
export const readyz: Probe = async (url, signal) => {
  const client = new Client(url, { pipelining: 0 });
  try {
    const { statusCode, body } = await client.request({ method: 'GET', path: '/readyz', signal });
    await body.dump();
    return statusCode < 400;
  } finally {
    await client.destroy();
  }
};
