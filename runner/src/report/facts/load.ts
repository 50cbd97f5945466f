import type { LoadSummary } from '../../contracts.ts';

type Counts = LoadSummary['journeys'][string];

/** Shares of a journey's answers; degraded ones count as success, and are told apart. null without any. */
export function shares({ good, degraded, bad }: Counts): { success: number; degraded: number } | null {
  const all = good + degraded + bad;
  return all === 0 ? null : { success: (good + degraded) / all, degraded: degraded / all };
}

export const journeysOf = (loads: readonly (LoadSummary | undefined)[]): readonly string[] => [
  ...new Set(loads.flatMap((load) => Object.keys(load?.journeys ?? {}))),
];
