import type { Invocation } from '../cli/command.ts';
import type { Journal, StackFile } from '../contracts.ts';
import type { RunResult } from '../experiment/run.ts';
import { paths } from '../stack/paths.ts';

export interface Watched extends Disposable {
  /** @throws the interruption's reason, after the fault was reverted and the journal written. */
  readonly run: (arm: Arm) => Promise<RunResult>;
}

export interface Arm {
  readonly file: string;
  readonly stack: StackFile;
  /** The name of the policies in force. */
  readonly policies: string;
  readonly died: Promise<never>;
}

/** Runs experiments under one live view on stderr. */
export async function watched({ settings, signal }: Invocation): Promise<Watched> {
  const [{ runExperiment }, { createLiveView }] = await Promise.all([
    import('../experiment/run.ts'),
    import('../live/live-view.ts'),
  ]);
  const view = createLiveView({ output: process.stderr, color: settings.drawing });
  const directory = paths(settings.project).runs;
  return {
    async run(arm) {
      const result = await runExperiment({ ...arm, directory, signal, listener: view.listener });
      signal.throwIfAborted();
      return result;
    },
    [Symbol.dispose]: view.close,
  };
}

/** The comparison of two runs, for the terminal or for a file. */
export async function comparison(
  journals: readonly Journal[],
  { drawing, width }: Invocation['settings'],
): Promise<string> {
  const [before, after] = journals;
  if (before === undefined || after === undefined || journals.length > 2) return '';
  const { beforeAfter } = await import('../report/before-after.ts');
  return beforeAfter([before, after], { color: drawing, width });
}

/** A run in the document of `--json`. */
export const summary = ({ journal, journalFile }: RunResult): RunSummary => {
  const { id, policies, verdict, reason } = journal.pado;
  return { id, policies, verdict, reason, journalFile };
};

export interface RunSummary extends Pick<Journal['pado'], 'id' | 'policies' | 'verdict' | 'reason'> {
  readonly journalFile: string;
}
