import type { IntentJournal } from '../../intents/journal.ts';
import type { Whereabouts } from '../protected.ts';
import type { Cluster } from './cluster.ts';

/** What the provider has around it besides AWS. */
export interface Surroundings {
  readonly cluster: Cluster | undefined;
  readonly whereabouts: Whereabouts;
  readonly intents: IntentJournal;
  readonly note: (level: 'info' | 'warning', text: string) => void;
  /** Instances that this run has harmed and not given back. */
  readonly held: Set<string>;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}
