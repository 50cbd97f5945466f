import type { Arrival } from '../../contracts.ts';
import { number, share, time } from './format.ts';
import { nameOf } from './topology.ts';

interface Place {
  readonly from?: string;
  readonly to: string;
}

/** From 1; places that arrived in the same second share a number. undefined for what stayed in its band. */
export function rankOf(arrivals: readonly Arrival[], { from, to }: Place): number | undefined {
  const found = arrivals.find((one) => one.from === from && one.to === to);
  if (found === undefined) return undefined;
  return new Set(arrivals.map(secondOf).filter((second) => second < secondOf(found))).size + 1;
}

const secondOf = ({ afterMs }: Arrival): number => Math.floor(afterMs / 1_000);

export const placeInWords = ({ from, to }: Place, users: string): string =>
  from === undefined ? to : `${nameOf(from, users)} → ${nameOf(to, users)}`;

const inUnit: Readonly<Record<Arrival['metric'], (value: number) => string>> = {
  p99: time,
  errors: share,
  'in flight': number,
};

export const amountOf = ({ metric }: Arrival, value: number): string => inUnit[metric](value);
