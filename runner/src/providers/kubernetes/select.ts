import { PadoError, seeded } from '@pado/fault';

export interface Selection {
  readonly mode?: 'one' | 'all' | 'fixed' | 'fixed-percent' | 'random-max-percent';
  readonly value?: number;
  readonly seed?: number;
}

/** How many of `count` are taken; a share is rounded up, so that any share of something is something. */
export function howMany({ mode = 'one', value = 0 }: Selection, count: number, random: () => number): number {
  const share = (percent: number) => Math.min(count, Math.ceil((percent / 100) * count));
  switch (mode) {
    case 'all':
      return count;
    case 'one':
      return Math.min(1, count);
    case 'fixed':
      return Math.min(count, Math.floor(value));
    case 'fixed-percent':
      return share(value);
    case 'random-max-percent':
      return share(random() * value);
  }
}

/** Takes some of them by name, the same ones for the same seed. @throws PadoError ERR_PADO_NO_TARGET of none */
export function select<T>(
  all: readonly T[],
  nameOf: (item: T) => string,
  selection: Selection,
  what: string,
): readonly T[] {
  if (all.length === 0) throw new PadoError('ERR_PADO_NO_TARGET', `no ${what}`);
  const random = seeded(selection.seed ?? 0);
  const left = [...all].sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
  const count = howMany(selection, left.length, random);
  const taken: T[] = [];
  while (taken.length < count) taken.push(...left.splice(Math.floor(random() * left.length), 1));
  return taken;
}
