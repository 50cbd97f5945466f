import type { Listener, Stop } from '../contracts.ts';
import { isInterruption, openPython, type Python } from '../providers/python/python.ts';
import type { ControlLevel, Controls } from './context.ts';
import type { Experiment } from './experiment.ts';
import { needsOf } from './needs.ts';

interface Options {
  readonly signal: AbortSignal;
  readonly tell: Listener;
  /** A control may end the run, as safeguards do. */
  readonly stop: (stop: Stop) => void;
  /** More that is told, and may wait. */
  readonly more?: Controls | undefined;
}

export interface OpenedControls {
  readonly controls: Controls;
  /** Absent where the experiment needs none. */
  readonly python?: Python;
}

/** Starts the user's Python where the experiment has functions or controls in it. @throws PadoError without chaostoolkit */
export async function openControls(
  experiment: Experiment,
  { signal, tell, stop, more }: Options,
): Promise<OpenedControls> {
  if (!needsOf(experiment).python) return { controls: more ?? none };
  const python = openPython({
    environment: process.env,
    cwd: process.cwd(),
    tell: (level, text) => tell({ type: 'note', level, text }),
  });
  const { document, configuration, secrets } = experiment;
  try {
    await python.begin({ experiment: document, configuration, secrets }, signal);
  } catch (error) {
    await python.close();
    throw error;
  }
  const apply = async (when: 'before' | 'after', level: ControlLevel, subject: unknown, state?: unknown) => {
    try {
      await python.control(when, level === 'probe' ? 'activity' : level, subject, state);
    } catch (error) {
      if (!isInterruption(error)) throw error;
      stop({ name: 'control', reason: (error as Error).message, atMs: Date.now() });
    }
  };
  return {
    python,
    controls: {
      before: async (level, subject) => {
        await apply('before', level, subject);
        await more?.before(level, subject);
      },
      after: async (level, subject, state) => {
        await more?.after(level, subject, state);
        await apply('after', level, subject, state);
      },
    },
  };
}

const none: Controls = { before: async () => {}, after: async () => {} };
