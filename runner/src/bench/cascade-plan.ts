import type { CascadeClaim } from '../experiment/schema/cascade.ts';

/** What a cascade is proven by: the naive arm falls and stays down, its fix holds, and a weaker trigger lets even the naive arm recover. */
export const roles = ['naive', 'fixed', 'weaker'] as const;
export type Role = (typeof roles)[number];

export interface CascadeStep {
  /** Names the run's file too: `naive-1`. */
  readonly name: string;
  readonly role: Role;
  readonly seed: number;
}

/** One seed after the other, each arm once; the weaker trigger with the first seed alone. */
export function cascadePlan({ seeds = 1 }: Pick<CascadeClaim, 'seeds'>, most = seeds): readonly CascadeStep[] {
  return Array.from({ length: Math.min(seeds, most) }, (_, index) => index + 1).flatMap((seed) =>
    roles.filter((role) => role !== 'weaker' || seed === 1).map((role) => ({ name: `${role}-${seed}`, role, seed })),
  );
}
