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

/** Shades of the wave on the map, from 0: the first to leave its band. */
export const waveSteps = 5;

/** When a place left its band: as a shade between the first and the last arrival of the run, and in words. */
export interface WaveMark {
  readonly step: number;
  /** `+2.9 s` since the fault began. */
  readonly text: string;
}

/** undefined for what stayed in its band. */
export function waveOf(arrivals: readonly Arrival[], { from, to }: Place): WaveMark | undefined {
  const found = arrivals.find((one) => one.from === from && one.to === to);
  if (found === undefined) return undefined;
  const { firstMs, lastMs } = waveSpan(arrivals);
  const share = lastMs > firstMs ? (found.afterMs - firstMs) / (lastMs - firstMs) : 0;
  return { step: Math.min(waveSteps - 1, Math.floor(share * waveSteps)), text: sinceFault(found.afterMs) };
}

/** From the first arrival to the last; 0 where nothing arrived. */
export function waveSpan(arrivals: readonly Arrival[]): { readonly firstMs: number; readonly lastMs: number } {
  if (arrivals.length === 0) return { firstMs: 0, lastMs: 0 };
  const times = arrivals.map(({ afterMs }) => afterMs);
  return { firstMs: Math.min(...times), lastMs: Math.max(...times) };
}

export const sinceFault = (ms: number): string => `${ms < 0 ? '−' : '+'}${number(Math.abs(ms) / 1_000)} s`;

const secondOf = ({ afterMs }: Arrival): number => Math.floor(afterMs / 1_000);

export const placeInWords = ({ from, to }: Place, users: string): string =>
  from === undefined ? to : `${nameOf(from, users)} → ${nameOf(to, users)}`;

const inUnit: Readonly<Record<Arrival['metric'], (value: number) => string>> = {
  p99: time,
  errors: share,
  'in flight': number,
};

export const amountOf = ({ metric }: Arrival, value: number): string => inUnit[metric](value);
