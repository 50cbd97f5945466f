import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { Problem } from './problem.ts';
import type { CachePolicy } from './resilience/server-policy.ts';
import { SingleFlight } from './resilience/single-flight.ts';

export type CacheResult = 'hit' | 'miss' | 'stale' | 'refused';

/** Answered as 503: no more loads are let through at present, and there is nothing stale to serve. */
export class CacheRefused extends Problem {
  constructor(maxLoads: number) {
    super(503, 'cache_refused', `The cache has ${maxLoads} loads under way, as many as it may.`, {
      'retry-after': '1',
    });
  }
}

export interface CacheOptions {
  /** How long an entry is fresh, in milliseconds; each lives up to a tenth less, so that not all end at once. */
  readonly ttlMs: number;
  /** The entry that was used longest ago goes first. */
  readonly maxEntries: number;
  /** Asked at each use, so that a change is in force with the next one. */
  readonly policy: () => CachePolicy;
  /** A load that fails is a miss; where something stale is served for it, that counts besides. */
  readonly onResult?: ((result: CacheResult) => void) | undefined;
  readonly onLoad?: (() => void) | undefined;
  /** Milliseconds; by default performance.now. */
  readonly clock?: (() => number) | undefined;
  /** 0 to 1; by default Math.random. */
  readonly random?: (() => number) | undefined;
}

export interface Cached<V> {
  readonly value: V;
  readonly result: 'hit' | 'miss' | 'stale';
  /** Milliseconds that it is still fresh; negative when it is stale. */
  readonly ttlMs: number;
}

interface Entry<V> {
  readonly value: V;
  readonly freshUntil: number;
}

interface Caller {
  /** Whether nobody waits for the answer any more. */
  readonly hasLeft?: (() => boolean) | undefined;
}

const ttlJitter = 0.1;

/**
 * A look-aside cache. Without `singleFlight` a miss is loaded and set within the caller's request and is cut with it: a load
 * whose caller has left fills nothing, as where the program that asks fills a memcached. That is what keeps a cold cache
 * cold (Metastable Failures in the Wild, OSDI'22, 5.3). With it a load belongs to all who wait, and always fills.
 */
export class Cache<V> {
  readonly #options: CacheOptions;
  /** From the one used longest ago to the latest. */
  readonly #entries = new Map<string, Entry<V>>();
  readonly #flights = new SingleFlight<V>();
  #loads = 0;

  constructor(options: CacheOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** @throws CacheRefused beyond the policy's maxLoads; what `load` throws, where nothing stale may be served instead */
  async get(key: string, load: () => Promise<V>, { hasLeft = () => false }: Caller = {}): Promise<Cached<V>> {
    const { onResult, ttlMs } = this.#options;
    const entry = this.#entries.get(key);
    if (entry !== undefined && entry.freshUntil > this.#now()) {
      this.#entries.delete(key);
      this.#entries.set(key, entry);
      return this.#answer('hit', entry);
    }
    const { singleFlight = false, maxLoads = Infinity } = this.#options.policy();
    const joins = singleFlight && this.#flights.has(key);
    if (!joins && this.#loads >= maxLoads) {
      const stale = this.#stale(key);
      if (stale !== undefined) return this.#answer('stale', stale);
      onResult?.('refused');
      throw new CacheRefused(maxLoads);
    }
    // Counted when it begins: a long load would otherwise be missing from the hit rate just while it matters.
    onResult?.('miss');
    try {
      const value = await (singleFlight ? this.#shared(key, load) : this.#lookAside(key, load, hasLeft));
      return { value, result: 'miss', ttlMs };
    } catch (error) {
      const stale = this.#stale(key);
      if (stale !== undefined) return this.#answer('stale', stale);
      throw error;
    }
  }

  set(key: string, value: V): void {
    const { ttlMs, maxEntries, random = Math.random } = this.#options;
    this.#entries.delete(key);
    this.#entries.set(key, { value, freshUntil: this.#now() + ttlMs * (1 - ttlJitter * random()) });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= maxEntries) break;
      this.#entries.delete(oldest);
    }
  }

  /** Removes about this share of the entries, 0 to 1; the same seed chooses the same keys. Returns how many went. */
  flush(share: number, seed: number): number {
    const before = this.#entries.size;
    for (const key of this.#entries.keys()) if (chance(`${seed}:${key}`) < share) this.#entries.delete(key);
    return before - this.#entries.size;
  }

  #answer(result: 'hit' | 'stale', { value, freshUntil }: Entry<V>): Cached<V> {
    this.#options.onResult?.(result);
    return { value, result, ttlMs: freshUntil - this.#now() };
  }

  async #lookAside(key: string, load: () => Promise<V>, hasLeft: () => boolean): Promise<V> {
    const value = await this.#load(load);
    if (!hasLeft()) this.set(key, value);
    return value;
  }

  #shared(key: string, load: () => Promise<V>): Promise<V> {
    return this.#flights.run(key, async () => {
      const value = await this.#load(load);
      this.set(key, value);
      return value;
    });
  }

  async #load(load: () => Promise<V>): Promise<V> {
    this.#loads++;
    this.#options.onLoad?.();
    try {
      return await load();
    } finally {
      this.#loads--;
    }
  }

  #stale(key: string): Entry<V> | undefined {
    const { staleMs = 0 } = this.#options.policy();
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.freshUntil + staleMs > this.#now() ? entry : undefined;
  }

  #now(): number {
    return (this.#options.clock ?? performance.now.bind(performance))();
  }
}

/** A number from 0 to 1 that depends on the text alone. */
const chance = (text: string): number => createHash('sha256').update(text).digest().readUInt32BE() / 2 ** 32;
