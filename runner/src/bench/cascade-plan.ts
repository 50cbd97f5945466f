import type { CascadeClaim } from '../experiment/schema/cascade.ts';

/** What a cascade is proven by: the naive arm falls and stays down, its fix holds, and a weaker trigger lets even the naive arm recover. */
const proof = ['naive', 'fixed', 'weaker'] as const;
/** The presets between naive and full: what each step towards the fix is worth. */
export const steps = ['timeouts', 'standard'] as const;
export type Role = (typeof proof)[number] | (typeof steps)[number];

export interface CascadeStep {
  /** Names the run's file too: `naive-1`. */
  readonly name: string;
  readonly role: Role;
  readonly seed: number;
}

export interface PlanOptions {
  /** At most so many seeds. */
  readonly seeds?: number | undefined;
  /** The presets in between as well. */
  readonly presets?: boolean;
}

/** One seed after the other, each arm once; the weaker trigger and the presets in between with the first seed alone. */
export function cascadePlan(
  { seeds = 1 }: Pick<CascadeClaim, 'seeds'>,
  { seeds: most = seeds, presets = false }: PlanOptions = {},
): readonly CascadeStep[] {
  const first: readonly Role[] = presets ? [...proof, ...steps] : proof;
  return Array.from({ length: Math.min(seeds, most) }, (_, index) => index + 1).flatMap((seed) =>
    (seed === 1 ? first : (['naive', 'fixed'] as const)).map((role) => ({ name: `${role}-${seed}`, role, seed })),
  );
}
