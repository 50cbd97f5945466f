import type { Clock } from '../../clock.ts';
import { isStatus, type KubeApi, KubeError } from '../api/kube-api.ts';
import {
  annotations,
  deleteLease,
  type Lease,
  leasePath,
  leasesPath,
  renewTime,
  type Stamp,
  stampOf,
  writerOf,
} from './lease.ts';
import { pause, type Scheduler } from './scheduler.ts';
import { jittered, renewMs, retryHeldMs, retryLostMs, takeoverMs, writeTimeoutMs } from './timing.ts';

export interface HeldLeaseOptions {
  readonly api: KubeApi;
  readonly namespace: string;
  readonly name: string;
  /** spec.holderIdentity. */
  readonly holder: string;
  /** One a process: what is ours, and not of another process of the same identity. */
  readonly writer: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** For people. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** An acknowledged write is worth this long, from when it was sent. */
  readonly holdMs: number;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly random: () => number;
  /** `isHeld` or `isOver` has changed. */
  readonly onChange: () => void;
  /** A write has failed, and not because another came first; it is tried again. */
  readonly onFailure?: (error: unknown) => void;
}

/** new: not tried yet; over: lost to another, released or given up, for good. */
type Stage = 'new' | 'kept' | 'releasing' | 'over';

/** Not known whether it was written: no answer, or one from a server in trouble. */
const isUncertain = (error: unknown): boolean =>
  !(error instanceof KubeError) || error.status === 0 || error.status >= 500;

/**
 * One lease that this process writes: taken, then renewed by itself until it is lost, released or stopped. In one file,
 * though long: each write builds on what is known of the last one, its release included.
 */
export class HeldLease {
  readonly #options: HeldLeaseOptions;
  readonly #stop = new AbortController();
  #stage: Stage = 'new';
  #stamp: Stamp | undefined;
  /** When the last acknowledged write was sent. */
  #sentAt = Number.NEGATIVE_INFINITY;
  /** A write may have happened unseen: what others could see is not known. */
  #isUncertain = false;
  /** Until then another process of this identity may believe that it holds the lease for the same pod. */
  #fencedUntil = Number.NEGATIVE_INFINITY;
  #isFenced = false;
  #wasHeld = false;
  #hasLost = false;
  #writing: Promise<unknown> = Promise.resolve();
  #undoRenewal = () => {};
  #undoExpiry = () => {};

  constructor(options: HeldLeaseOptions) {
    this.#options = options;
  }

  get isHeld(): boolean {
    return this.#stage === 'kept' && this.#options.clock.now() - this.#sentAt < this.#options.holdMs;
  }

  get isOver(): boolean {
    return this.#stage === 'over';
  }

  /** It was held, could not be renewed in time, and is still tried. */
  get hasLapsed(): boolean {
    return this.#stage === 'kept' && !this.isHeld;
  }

  /** It was held at some time. */
  get wasTaken(): boolean {
    return this.#sentAt > Number.NEGATIVE_INFINITY;
  }

  /** It was held, and then another has written or deleted it. */
  get hasLost(): boolean {
    return this.#hasLost;
  }

  /** Resolves to whether it is held; if not, it is over. */
  create(): Promise<boolean> {
    return this.#take('POST', undefined);
  }

  /**
   * In place of what was seen, if it is still so. With `isFenced` another process may hold it for the same pod: then it is
   * not deleted before that one has surely noticed.
   */
  replace(seen: Lease, { isFenced = false } = {}): Promise<boolean> {
    this.#isFenced = isFenced;
    return this.#take('PUT', stampOf(seen));
  }

  /** Tells of a change that no timer has told yet. */
  check(): void {
    if (this.#wasHeld === this.isHeld) return;
    this.#wasHeld = this.isHeld;
    this.#options.onChange();
  }

  /** Deletes it, if it is still as this process wrote it. Never rejects; what cannot be deleted lapses. */
  async release(): Promise<void> {
    if (this.#stage === 'new' || this.#stage === 'kept') {
      this.#stage = 'releasing';
      this.#undo();
      this.check();
      await this.#writing;
      await this.#delete();
      this.#end();
    }
  }

  /** Writes no more and tells nothing; the lease lapses. What is being released goes on, without waiting. */
  stop(): void {
    this.#stop.abort();
    this.#undo();
    if (this.#stage !== 'releasing') this.#stage = 'over';
  }

  async #take(method: 'POST' | 'PUT', stamp: Stamp | undefined): Promise<boolean> {
    const attempt = this.#write(method, stamp);
    this.#writing = attempt.catch(() => {});
    try {
      await attempt;
    } catch (error) {
      if (!isStatus(error, 409) && !isStatus(error, 404)) this.#options.onFailure?.(error);
      if (this.#stage === 'new') this.#end();
    }
    return this.isHeld;
  }

  /** @throws KubeError */
  async #write(method: 'POST' | 'PUT', stamp: Stamp | undefined): Promise<void> {
    const { api, namespace, name, clock } = this.#options;
    const sentAt = clock.now();
    const path = method === 'POST' ? leasesPath(namespace) : leasePath(namespace, name);
    const body = this.#body(stamp);
    this.#stamp = stampOf(await api.request<Lease>(method, path, { body, timeoutMs: writeTimeoutMs }));
    this.#isUncertain = false;
    this.#sentAt = sentAt;
    if (this.#isFenced) this.#fencedUntil = clock.now() + takeoverMs;
    this.#isFenced = false;
    if (this.#stage === 'new') this.#stage = 'kept';
    if (this.#stage !== 'kept') return;
    this.#renewAfter(sentAt + renewMs - clock.now());
    this.#expire();
    this.check();
  }

  /** With the uid too: a PUT without it would make a lease anew that has been deleted. */
  #body(stamp: Stamp | undefined): Lease {
    const { namespace, name, holder, writer, labels } = this.#options;
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        ...{ name, namespace },
        ...(labels === undefined ? {} : { labels }),
        annotations: { ...this.#options.annotations, [annotations.writer]: writer },
        ...stamp,
      },
      spec: { holderIdentity: holder, leaseDurationSeconds: takeoverMs / 1_000, renewTime: renewTime() },
    };
  }

  async #renew(): Promise<void> {
    try {
      await this.#write('PUT', this.#stamp);
    } catch (error) {
      if (this.#stage !== 'kept') return;
      if (isStatus(error, 404)) this.#lose();
      else if (isStatus(error, 409)) await this.#onConflict();
      else this.#onFailure(error);
    }
  }

  /** Somebody else has written it, unless it was this process with a write whose answer never came. */
  async #onConflict(): Promise<void> {
    if (!this.#isUncertain) return this.#lose();
    try {
      if (!(await this.#recognise())) this.#lose();
      else if (this.#stage === 'kept') this.#renewAfter(0);
    } catch (error) {
      if (this.#stage === 'kept') this.#onFailure(error);
    }
  }

  #onFailure(error: unknown): void {
    this.#options.onFailure?.(error);
    this.#isUncertain ||= isUncertain(error);
    const retryMs = this.isHeld ? retryHeldMs : jittered(retryLostMs, this.#options.random);
    this.#renewAfter(Math.max(retryMs, (error instanceof KubeError && error.retryAfterMs) || 0));
  }

  /** Whether what is there was written by this process: then its next write builds on that. @throws KubeError */
  async #recognise(): Promise<boolean> {
    const { api, namespace, name, holder, writer } = this.#options;
    try {
      const path = leasePath(namespace, name);
      const lease = await api.request<Lease>('GET', path, { timeoutMs: writeTimeoutMs });
      if (writerOf(lease) !== writer || lease.spec?.holderIdentity !== holder) return false;
      this.#stamp = stampOf(lease);
      this.#isUncertain = false;
      return true;
    } catch (error) {
      if (isStatus(error, 404)) return false;
      throw error;
    }
  }

  async #delete(): Promise<void> {
    const { api, namespace, name, clock, scheduler } = this.#options;
    const { signal } = this.#stop;
    const fenceMs = this.#fencedUntil - clock.now();
    if (fenceMs > 0) await pause(scheduler, fenceMs, signal);
    if (this.#stamp === undefined || this.#fencedUntil > clock.now()) return;
    const giveUpAt = clock.now() + takeoverMs;
    do {
      try {
        await deleteLease(api, namespace, name, this.#stamp, writeTimeoutMs);
        return;
      } catch (error) {
        if (isStatus(error, 404)) return;
        if (isStatus(error, 409)) {
          const isOurs = await this.#recognise().catch(() => true);
          if (!isOurs) return;
        }
        await pause(scheduler, retryHeldMs, signal);
      }
    } while (!signal.aborted && clock.now() < giveUpAt);
  }

  #lose(): void {
    if (this.#stage !== 'kept') return;
    this.#hasLost = true;
    this.#end();
  }

  #end(): void {
    this.#undo();
    this.#stage = 'over';
    this.#wasHeld = false;
    if (!this.#stop.signal.aborted) this.#options.onChange();
  }

  #renewAfter(ms: number): void {
    this.#undoRenewal();
    this.#undoRenewal = this.#options.scheduler.after(Math.max(0, ms), () => {
      this.#writing = this.#renew();
    });
  }

  #expire(): void {
    const { clock, scheduler, holdMs } = this.#options;
    this.#undoExpiry();
    // At least 1 ms: a timer may come a moment early.
    this.#undoExpiry = scheduler.after(Math.max(1, this.#sentAt + holdMs - clock.now()), () =>
      this.isHeld ? this.#expire() : this.check(),
    );
  }

  #undo(): void {
    this.#undoRenewal();
    this.#undoExpiry();
  }
}
