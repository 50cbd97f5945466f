import type { HttpKubeApi } from '../../../../agent/daemon/src/kubernetes/api/create-api.ts';

/** What a figure is given. */
export interface Bench {
  readonly isQuick: boolean;
  /** How many there are, step by step, instead of the figure's own steps. */
  readonly steps: readonly number[] | undefined;
  readonly api: HttpKubeApi;
  readonly signal: AbortSignal;
  /** The API server, as processes of the benchmark reach it, and whom it is trusted by. */
  readonly server: URL;
  readonly ca: string;
  readonly say: (text: string) => void;
  /** Runs when the figure ends, however it ends; the last first. */
  readonly defer: (undo: () => Promise<unknown>) => void;
}
