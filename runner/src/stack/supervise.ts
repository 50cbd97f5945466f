import { rm } from 'node:fs/promises';
import type { StackFile, StackProcess } from '../contracts.ts';
import { type ChildSpec, startChild } from './child.ts';
import { signalProcess } from './process-table.ts';
import { untilReady } from './ready.ts';
import { writeStack } from './stack-file.ts';
import { stopProcesses } from './stop.ts';

/** A stack whose processes are this process's children. */
export interface Stack {
  readonly file: StackFile;
  /** Rejects with ERR_PADO_CHILD_DIED, naming the process and its last log lines, when one ends that should not. */
  readonly died: Promise<never>;
  /** Ends everything in good order and forgets the stack. Stopping twice is stopping once. */
  readonly stop: () => Promise<void>;
  /** Ends everything at once, without waiting. */
  readonly kill: () => void;
}

export type ReadyCheck = (signal: AbortSignal, process: StackProcess) => Promise<boolean>;

export interface Supervisor extends Stack {
  /** Aborted by the caller's signal and by the first failure, which is its reason. */
  readonly signal: AbortSignal;
  readonly start: (spec: ChildSpec, ready: ReadyCheck) => Promise<void>;
  readonly update: (change: Partial<StackFile>) => Promise<void>;
  /** Waits for all; the first failure aborts the others and is thrown when they have ended. */
  readonly together: (tasks: readonly Promise<unknown>[]) => Promise<void>;
}

export interface SupervisorOptions {
  readonly path: string;
  readonly draft: StackFile;
  /** Whether the processes end with this one. */
  readonly bound: boolean;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

export function supervise({ path, draft, bound, signal: outer, progress }: SupervisorOptions): Supervisor {
  const startedMs = performance.now();
  const failure = new AbortController();
  const signal = AbortSignal.any([outer, failure.signal]);
  const death = Promise.withResolvers<never>();
  death.promise.catch(() => {}); // who does not look at `died` is not to be ended by it
  let file = draft;
  let saved: Promise<void> = Promise.resolve();
  let stopping: Promise<void> | undefined;

  const update = (change: Partial<StackFile>): Promise<void> => {
    file = { ...file, ...change };
    saved = saved.then(() => writeStack(path, file));
    return saved;
  };
  const start = async (spec: ChildSpec, ready: ReadyCheck) => {
    signal.throwIfAborted();
    const { process, ended } = await startChild(spec, { bound });
    ended.then((error) => {
      if (stopping !== undefined) return;
      failure.abort(error);
      death.reject(error);
    });
    await update({ processes: [...file.processes, process] });
    await untilReady(spec.name, (abort) => ready(abort, process), signal);
    progress(`  ${spec.name} is ready (${((performance.now() - startedMs) / 1_000).toFixed(1)} s)`);
  };
  const together = async (tasks: readonly Promise<unknown>[]) => {
    await Promise.allSettled(tasks.map((task) => task.catch((error: unknown) => failure.abort(error))));
    signal.throwIfAborted();
  };
  const stop = () => {
    stopping ??= (async () => {
      await saved;
      await stopProcesses(file.processes);
      await rm(path, { force: true });
    })();
    return stopping;
  };
  const kill = () => {
    stopping ??= Promise.resolve();
    for (const process of file.processes) signalProcess(process, 'SIGKILL');
  };
  return {
    get file() {
      return file;
    },
    died: death.promise,
    signal,
    start,
    update,
    together,
    stop,
    kill,
  };
}
