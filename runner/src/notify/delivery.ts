import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Delivery {
  /** Queues; when the queue is full the oldest that waits is given up. */
  readonly send: (post: Post) => void;
  readonly close: () => Promise<void>;
}

export interface DeliveryOptions {
  /** Told once, at the first post that is given up. */
  readonly onFailure: (reason: string) => void;
  /** Posts that may wait. Default 256. */
  readonly capacity?: number;
  /** For one try. Default 3,000. */
  readonly timeoutMs?: number;
  /** Pause before each further try. Default 500, then 1,000. */
  readonly backoffMs?: readonly number[];
  /** From `close` to giving up. Default 3,000. */
  readonly flushMs?: number;
}

/** Posts one after the other, in order; tries again where that may help. */
export function deliverInOrder(options: DeliveryOptions): Delivery {
  const { onFailure, capacity = 256, timeoutMs = 3_000, backoffMs = [500, 1_000], flushMs = 3_000 } = options;
  const waiting: Post[] = [];
  const giveUp = new AbortController();
  let working: Promise<void> = Promise.resolve();
  let isWorking = false;
  let isToldFailed = false;
  let closed: Promise<void> | undefined;

  const fail = (reason: string): void => {
    if (isToldFailed) return;
    isToldFailed = true;
    onFailure(reason);
  };

  const work = async (): Promise<void> => {
    isWorking = true;
    for (let post = waiting.shift(); post !== undefined; post = waiting.shift()) {
      const failure = await deliver(post, backoffMs, timeoutMs, giveUp.signal);
      if (failure !== undefined) fail(failure);
    }
    isWorking = false;
  };

  return {
    send: (post) => {
      if (closed !== undefined) return;
      if (waiting.length >= capacity) {
        waiting.shift();
        fail(`more than ${capacity} messages wait, the oldest are given up`);
      }
      waiting.push(post);
      if (!isWorking) working = work();
    },
    close: () => {
      closed ??= flush();
      return closed;
    },
  };

  async function flush(): Promise<void> {
    const timer = setTimeout(() => {
      waiting.length = 0;
      giveUp.abort(new Error(`not delivered within ${flushMs / 1_000} s after the end of the run`));
    }, flushMs);
    await working;
    clearTimeout(timer);
  }
}

/** undefined when it was delivered, else why not. */
async function deliver(
  post: Post,
  backoffMs: readonly number[],
  timeoutMs: number,
  giveUp: AbortSignal,
): Promise<string | undefined> {
  for (let attempt = 0; ; attempt++) {
    const { failure, mayPass } = await once(post, timeoutMs, giveUp);
    const pauseMs = backoffMs[attempt];
    if (failure === undefined || !mayPass || pauseMs === undefined || giveUp.aborted) return failure;
    await sleep(pauseMs, undefined, { signal: giveUp }).catch(() => {});
  }
}

async function once(
  { url, headers, body }: Post,
  timeoutMs: number,
  giveUp: AbortSignal,
): Promise<{ readonly failure?: string; readonly mayPass?: boolean }> {
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const signal = AbortSignal.any([limit, giveUp]);
    const response = await request(url, { method: 'POST', headers, body, signal });
    await response.body.dump();
    const { statusCode } = response;
    if (statusCode < 300) return {};
    return { failure: `it answered ${statusCode}`, mayPass: statusCode >= 500 || statusCode === 429 };
  } catch (error) {
    if (giveUp.aborted) return { failure: (giveUp.reason as Error).message };
    return { failure: limit.aborted ? `no answer within ${timeoutMs} ms` : (error as Error).message, mayPass: true };
  }
}
