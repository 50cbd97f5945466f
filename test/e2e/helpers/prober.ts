import { askPod, deploy, podsOf } from './targets.ts';

export type Sample = readonly [atMs: number, what: 'hit' | 'ok' | 'gone'];

export interface Prober {
  /** Begins to ask these pods' addresses, every 50 ms each. */
  watch(addresses: readonly string[]): Promise<void>;
  timeline(): Promise<Readonly<Record<string, readonly Sample[]>>>;
  /** The prober's own clock, so that events can be placed on its timeline. */
  now(): Promise<number>;
}

/** A pod that watches targets from inside the cluster, without an injector of its own. */
export async function startProber(namespace: string): Promise<Prober> {
  await deploy(namespace, 'prober', { injected: false, file: 'prober.mjs' });
  const [pod] = await podsOf(namespace, 'prober');
  if (pod === undefined) throw new Error('the prober has no pod');
  const ask = <T>(path: string) => askPod<T>(namespace, pod.name, path);
  return {
    async watch(addresses) {
      await ask(`/watch?targets=${addresses.map((address) => `${address}:8080`).join(',')}`);
    },
    timeline: () => ask('/timeline'),
    now: async () => (await ask<{ now: number }>('/now')).now,
  };
}

/** The last moment at which a fault still acted on anybody; undefined when it never did. */
export function lastHit(timeline: Readonly<Record<string, readonly Sample[]>>): number | undefined {
  const hits = Object.values(timeline).flatMap((line) => line.filter(([, what]) => what === 'hit').map(([at]) => at));
  return hits.length === 0 ? undefined : Math.max(...hits);
}

/** Moments at which more pods than `most` were hit at once, seen over windows of half a second. */
export function crowded(timeline: Readonly<Record<string, readonly Sample[]>>, most: number): string[] {
  const windowMs = 500;
  const byWindow = new Map<number, Set<string>>();
  for (const [address, line] of Object.entries(timeline)) {
    for (const [at, what] of line) {
      if (what !== 'hit') continue;
      const window = Math.floor(at / windowMs);
      const set = byWindow.get(window) ?? new Set();
      byWindow.set(window, set.add(address));
    }
  }
  return [...byWindow]
    .filter(([, set]) => set.size > most)
    .map(([window, set]) => `${window * windowMs}: ${[...set].join(' ')}`);
}

/** The longest time within [fromMs, toMs] in which nobody was hit, on each address. */
export function longestGapMs(line: readonly Sample[], fromMs: number, toMs: number): number {
  const hits = line.filter(([at, what]) => what === 'hit' && at >= fromMs && at <= toMs).map(([at]) => at);
  const edges = [fromMs, ...hits, toMs];
  return Math.max(...edges.slice(1).map((at, i) => at - (edges[i] as number)));
}
