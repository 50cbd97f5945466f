/** The run behind an exported experiment: goes on in a process of its own, and does what the steps ask. */
import type { Journal, ProbeResult, RunEvent } from '../../contracts.ts';
import { type RunOptions, type RunResult, runExperiment } from '../../experiment/run.ts';
import { isAlive, type ProcessId } from '../../stack/process-table.ts';
import { lastGate } from '../native.ts';
import { probeAnswer, runAnswer, type StepAnswer } from './answers.ts';
import { newPace } from './pace.ts';

type Distributed<T> = T extends unknown ? Omit<T, 'signal' | 'listener' | 'pace'> : never;

export interface KeeperOptions {
  readonly run: Distributed<RunOptions>;
  /** Names of the hypothesis' probes. */
  readonly probes: readonly string[];
  /** Whether the experiment has a method. */
  readonly acts: boolean;
  /** When this process is gone, the run is interrupted. */
  readonly caller: ProcessId | undefined;
  readonly signal: AbortSignal;
}

export interface Keeper {
  readonly begin: () => Promise<StepAnswer>;
  readonly probe: (name: string) => Promise<StepAnswer>;
  readonly act: (name: string) => Promise<StepAnswer>;
  readonly end: () => Promise<StepAnswer>;
  /** Resolves when the run is over and nobody will ask any more: `end` was called, or the caller is gone. */
  readonly over: Promise<void>;
}

const lookEveryMs = 500;

export function startKeeper({ run, probes, acts, caller, signal: outer }: KeeperOptions): Keeper {
  const pace = newPace();
  const leaving = new AbortController();
  const signal = AbortSignal.any([outer, leaving.signal]);
  const begun = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  const seen = new Map<string, ProbeResult>();
  const names = new Set(probes);
  let phase: 'before' | 'method' | 'after' = 'before';

  const listener = (event: RunEvent): void => {
    if (event.type === 'phase' && event.phase !== 'load') begun.resolve();
    // Of a baseline that was watched again the last judgement counts.
    if (event.type === 'probe') seen.set(`${event.result.window} ${event.result.name}`, event.result);
  };
  const finished: Promise<RunResult> = runExperiment({ ...run, signal, listener, pace: pace.controls } as RunOptions);
  finished.catch(() => {}); // told by every step
  const soon = <T>(promise: Promise<T>): Promise<T | RunResult> => Promise.race([promise, finished]);
  const verdict = async (): Promise<StepAnswer> => {
    const { journal, journalFile } = await finished;
    return runAnswer(journal, names, journalFile);
  };

  const watch = setInterval(() => {
    if (caller === undefined || isAlive(caller)) return;
    clearInterval(watch);
    leaving.abort(new Error('chaos has ended without a word'));
    void finished.catch(() => {}).then(() => over.resolve());
  }, lookEveryMs);
  outer.addEventListener('abort', () => void finished.catch(() => {}).then(() => over.resolve()), { once: true });

  return {
    over: over.promise.finally(() => clearInterval(watch)),
    begin: async () => {
      if (phase === 'before' && acts) {
        phase = 'method';
        const result = await soon(begun.promise);
        // A run that is over already has failed to begin, or found no steady state: its probes tell the latter.
        if (result === undefined || result.journal.steady_states.before !== null) return started(run.file);
        return verdict();
      }
      phase = 'after';
      void pace.pass(lastGate);
      return verdict();
    },
    probe: async (name) => {
      if (phase === 'after') {
        const { journal } = await finished;
        return probeAnswer(name, resultsOf(journal, name, acts ? ['during', 'after'] : ['before']));
      }
      await soon(pace.steady);
      const before = seen.get(`before ${name}`);
      return probeAnswer(name, before === undefined ? [] : [before]);
    },
    act: async (name) => {
      const result = await soon(pace.pass(name));
      if (result !== undefined && 'journal' in result) return verdict();
      const { status, output = null, exception } = result ?? { status: 'failed' };
      const failed = status === 'failed';
      return { exitCode: failed ? 1 : 0, json: failed ? { status, exception } : output };
    },
    end: async () => {
      leaving.abort(new Error('chaos has ended the run'));
      try {
        return { ...(await verdict()), exitCode: 0 };
      } finally {
        over.resolve();
      }
    },
  };
}

const resultsOf = ({ pado }: Journal, asked: string, windows: readonly string[]): readonly ProbeResult[] =>
  pado.probes.filter(({ name, window }) => name === asked && windows.includes(window));

const started = (file: string): StepAnswer => ({ exitCode: 0, json: { started: file } });
