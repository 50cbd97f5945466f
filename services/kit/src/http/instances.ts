import type { Dispatcher } from 'undici';
import type { Metrics } from '../metrics.ts';
import type { PeerPolicy } from '../resilience/policy.ts';
import { Connections } from './connections.ts';
import { InstanceHealth, type Probe, readyz } from './instance-health.ts';
import { PeerError } from './peer-error.ts';
import { leftOut } from './rotation.ts';

/** One process of a peer: a replica, or a shard. */
export interface Instance {
  readonly index: number;
  readonly url: string;
  /** To be read for each attempt: connections are replaced when the policy changes. */
  readonly dispatcher: Dispatcher;
}

export interface Wish {
  /** The shard's key: instance key % n, never another. */
  readonly shardKey?: number;
  /** Another one than this, where there is one. */
  readonly not?: Instance;
}

export interface InstancesOptions {
  readonly peer: string;
  /** Replicas, or shards in their order. */
  readonly urls: readonly string[];
  readonly policy: () => PeerPolicy;
  readonly metrics: Metrics;
  /** How an instance is asked whether it is ready; by default GET /readyz. */
  readonly probe?: Probe;
  /** Milliseconds; by default performance.now. */
  readonly clock?: () => number;
  /** 0 to 1; by default Math.random. */
  readonly random?: () => number;
}

/** The instances of a peer: whose turn it is, and who is left out because it is not ready. */
export class Instances {
  readonly #options: InstancesOptions;
  readonly #all: readonly (Instance & { readonly connections: Connections })[];
  readonly #health: InstanceHealth;
  #checked = false;
  #next = 0;
  #out: ReadonlySet<number> = new Set();

  constructor(options: InstancesOptions) {
    const { peer, urls, policy, metrics, probe = readyz, clock, random = Math.random } = options;
    if (urls.length === 0) throw new RangeError(`no URL of ${peer}`);
    this.#options = options;
    this.#all = urls.map((url, index) => {
      const connections = new Connections({
        url,
        policy: () => policy().connection,
        onRecycled: () => metrics.connectionsRecycled.inc({ peer }),
        random,
      });
      return {
        index,
        url,
        connections,
        get dispatcher() {
          return connections.dispatcher;
        },
      };
    });
    this.#health = new InstanceHealth({ urls, probe, clock, random, onChange: () => this.#rotate() });
  }

  /**
   * The instance for the next attempt, in turn.
   * @throws PeerError 'connection' when all are left out, which only a policy without `balance`, or without failOpen, allows
   */
  pick({ shardKey, not }: Wish = {}): Instance {
    const all = this.#all;
    // Another shard has not got the data: whether this one is ready is for the call to find out.
    if (shardKey !== undefined) return at(all, ((shardKey % all.length) + all.length) % all.length);
    if (all.length === 1) return at(all, 0);
    this.#check();
    this.#rotate();
    let second: Instance | undefined;
    for (let i = 0; i < all.length; i++) {
      const instance = at(all, (this.#next + i) % all.length);
      if (this.#out.has(instance.index)) continue;
      if (instance.index === not?.index) {
        second = instance;
        continue;
      }
      this.#next = (instance.index + 1) % all.length;
      return instance;
    }
    if (second !== undefined) return second;
    throw new PeerError(this.#options.peer, 'connection', { cause: new Error('no instance is ready'), sent: false });
  }

  async close(): Promise<void> {
    this.#health.stop();
    await Promise.all(this.#all.map(({ connections }) => connections.close()));
  }

  /** Only replicas are asked: of shards none is left out. */
  #check(): void {
    if (this.#checked) return;
    this.#checked = true;
    for (const { index } of this.#all) this.#show(index, 0);
    this.#health.start();
  }

  /** At each pick, since the policy may have changed. */
  #rotate(): void {
    const readiness = this.#all.map(({ index }) => ({ index, unreadySince: this.#health.unreadySince(index) }));
    const before = this.#out;
    this.#out = leftOut(readiness, this.#options.policy().balance);
    for (const { index } of this.#all) {
      const isOut = this.#out.has(index);
      if (isOut !== before.has(index)) this.#show(index, isOut ? 1 : 0);
    }
  }

  #show(index: number, value: 0 | 1): void {
    this.#options.metrics.instanceEjected.set({ peer: this.#options.peer, instance: String(index) }, value);
  }
}

function at<T>(all: readonly T[], index: number): T {
  const instance = all[index];
  if (instance === undefined) throw new RangeError(`no instance ${index}`);
  return instance;
}
