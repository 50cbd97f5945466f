import { createHash } from 'node:crypto';
import type { Target } from '@pado/fault';
import type { ConnectedTarget } from './target.ts';

/** Whether labels fit a selector: every label that it names must be there with that value. */
export const fits = (selector: Target['selector'], labels: Readonly<Record<string, string>>): boolean =>
  Object.entries(selector.matchLabels).every(([name, value]) => labels[name] === value);

/** A worker thread is in when its process's main thread is; only main threads are chosen, and counted. */
export const withThreads = (chosen: readonly ConnectedTarget[], all: readonly ConnectedTarget[]): ConnectedTarget[] => [
  ...chosen,
  ...all.filter((target) => !target.isMain && chosen.some((main) => main.isBeside(target))),
];

/** How many of `available` targets a mode hits. */
export function wantedCount({ mode = 'all', value = 0 }: Target, available: number, seed: number): number {
  switch (mode) {
    case 'all':
      return available;
    case 'one':
      return Math.min(1, available);
    case 'fixed':
      return Math.min(value, available);
    case 'fixed-percent':
      return Math.min(available, Math.ceil((available * value) / 100));
    case 'random-max-percent': {
      const most = Math.floor((available * value) / 100);
      return Math.floor(share(`count:${seed}`) * (most + 1));
    }
  }
}

/** An order of targets that depends on the seed alone, so that the same run hits the same ones. */
export const ranked = <T extends { readonly name: string; readonly rank: number }>(
  targets: readonly T[],
  seed: number,
): T[] => [...targets].sort((a, b) => share(`${seed}:${a.name}:${a.rank}`) - share(`${seed}:${b.name}:${b.rank}`));

/** A number in [0, 1) that follows from a text. */
const share = (text: string): number => createHash('sha256').update(text).digest().readUInt32BE() / 2 ** 32;
