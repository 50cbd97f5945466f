import { dirname, join } from 'node:path';
import type { Invocation } from '../cli/command.ts';
import type { Journal } from '../contracts.ts';
import type { RunOptions, RunResult } from '../experiment/run.ts';
import { languageOf } from '../report/text/language.ts';
import { paths } from '../stack/paths.ts';

export interface Watched extends Disposable {
  /** @throws the interruption's reason, after the fault was reverted and the journal written. */
  readonly run: (arm: Arm) => Promise<RunResult>;
}

type Distributed<T> = T extends unknown ? Omit<T, 'directory' | 'signal' | 'listener'> : never;
/** An experiment, where it runs, and under which policies. */
export type Arm = Distributed<RunOptions>;

interface Looks {
  /** Whether there is a shop, whose graph of services is drawn. Default true. */
  readonly graph?: boolean;
  /** The runs have nothing to do with one another; else the second is the improvement of the first. Default false. */
  readonly apart?: boolean;
}

/** Runs experiments under one live view on stderr. */
export async function watched(
  { settings, signal }: Invocation,
  { graph = true, apart = false }: Looks = {},
): Promise<Watched> {
  const [{ runExperiment }, { createLiveView }] = await Promise.all([
    import('../experiment/run.ts'),
    import('../live/live-view.ts'),
  ]);
  const open = () => createLiveView({ output: process.stderr, color: settings.drawing, graph });
  let view = open();
  const directory = paths(settings.project).runs;
  /** The run stands, whether its page can be written or not. */
  const report = async ({ journal, journalFile }: RunResult): Promise<void> => {
    const { writeReport } = await import('../report/report.ts');
    const file = join(dirname(journalFile), 'report.html');
    await writeReport({ journals: [journal], file, language: languageOf(settings.environment) }).catch((error) =>
      view.listener({ type: 'note', level: 'warning', text: `no report at ${file}: ${(error as Error).message}` }),
    );
  };
  return {
    async run(arm) {
      if (apart) {
        view.close();
        view = open();
      }
      const result = await runExperiment({ ...arm, directory, signal, listener: view.listener });
      await report(result);
      signal.throwIfAborted();
      return result;
    },
    [Symbol.dispose]: () => view.close(),
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

/** A run of a lab in the document of `--json`. */
export const summary = ({ journal, journalFile }: RunResult): RunSummary => {
  const { id, policies, verdict, reason } = journal.pado;
  return { id, policies, verdict, reason, journalFile };
};

export interface RunSummary extends Pick<Journal['pado'], 'id' | 'policies' | 'verdict' | 'reason'> {
  readonly journalFile: string;
}
