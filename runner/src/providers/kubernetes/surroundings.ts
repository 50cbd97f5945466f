import type { Whereabouts } from '../protected.ts';

/** What the provider has around it besides the cluster. */
export interface Surroundings {
  readonly note: (text: string) => void;
  readonly whereabouts: Whereabouts;
  /** Nodes that this run has harmed and not given back, each with the action that an uncordon may or may not undo. */
  readonly held: Map<string, string>;
}
