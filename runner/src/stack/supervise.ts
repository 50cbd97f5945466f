import { rm } from 'node:fs/promises';
import { isPadoError } from '@pado/fault';
import type { StackFile, StackProcess } from '../contracts.ts';
import { type Child, type ChildSpec, startChild } from './child.ts';
import { keepAlive, type Look } from './liveness.ts';
import { signalProcess } from './process-table.ts';
import { untilReady } from './ready.ts';
import { writeStack } from './stack-file.ts';
import { stopProcesses } from './stop.ts';

/** A stack whose processes are this process's children. */
export interface Stack {
  readonly file: StackFile;
  /** Rejects with ERR_PADO_CHILD_DIED, naming the process and its last log lines, when one ends that should not. */
  readonly died: Promise<never>;
  /** How often each process was started again, by name; only those that were. */
  readonly restarts: () => Readonly<Record<string, number>>;
  /** Ends everything in good order and forgets the stack. Stopping twice is stopping once. */
  readonly stop: () => Promise<void>;
  /** Ends everything at once, without waiting. */
  readonly kill: () => void;
}

export type ReadyCheck = (signal: AbortSignal, process: StackProcess) => Promise<boolean>;

export interface Supervisor extends Stack {
  /** Aborted by the caller's signal and by the first failure, which is its reason. */
  readonly signal: AbortSignal;
  /**
   * Starts a process and waits until it is ready. With `look` it is kept alive from then on: its end is no failure, and
   * when it fails the looks it is killed; either way it is started again, with the same spec.
   */
  readonly start: (spec: ChildSpec, ready: ReadyCheck, look?: () => Promise<Look>) => Promise<void>;
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
  let killed = false;
  const keeping = new AbortController();
  const kept: Promise<void>[] = [];

  const update = (change: Partial<StackFile>): Promise<void> => {
    file = { ...file, ...change };
    saved = saved.then(() => writeStack(path, file));
    return saved;
  };
  const fail = (error: unknown) => {
    if (stopping !== undefined) return;
    failure.abort(error);
    death.reject(error);
  };
  const launch = async (spec: ChildSpec, restarts?: number): Promise<Child> => {
    const child = await startChild(spec, { bound });
    const process = restarts === undefined ? child.process : { ...child.process, restarts };
    const others = file.processes.filter(({ name }) => name !== spec.name);
    const place = file.processes.findIndex(({ name }) => name === spec.name);
    const written = update({ processes: others.toSpliced(place === -1 ? others.length : place, 0, process) });
    // It may have come too late for what ends everything at once.
    if (killed) signalProcess(process, 'SIGKILL');
    await written;
    return child;
  };
  const start = async (spec: ChildSpec, ready: ReadyCheck, look?: () => Promise<Look>) => {
    signal.throwIfAborted();
    const child = await launch(spec);
    let isKept = false;
    child.ended.then((error) => {
      if (!isKept) fail(error);
    });
    await untilReady(spec.name, (abort) => ready(abort, child.process), signal);
    progress(`  ${spec.name} is ready (${((performance.now() - startedMs) / 1_000).toFixed(1)} s)`);
    if (look === undefined) return;
    isKept = true;
    kept.push(keep(spec, child, look).catch(fail));
  };
  const keep = (spec: ChildSpec, first: Child, look: () => Promise<Look>): Promise<void> => {
    let restarts = 0;
    return keepAlive(lifeOf(first), {
      look,
      signal: keeping.signal,
      restart: async (why) => {
        restarts += 1;
        progress(`  ${spec.name} is started again (restart ${restarts}): ${why}`);
        try {
          return lifeOf(await launch({ ...spec, append: true }, restarts));
        } catch (error) {
          if (isPadoError(error) && error.code === 'ERR_PADO_CHILD_DIED') return undefined;
          throw error;
        }
      },
    });
  };
  const together = async (tasks: readonly Promise<unknown>[]) => {
    await Promise.allSettled(tasks.map((task) => task.catch((error: unknown) => failure.abort(error))));
    signal.throwIfAborted();
  };
  const stop = () => {
    stopping ??= (async () => {
      keeping.abort();
      await Promise.all(kept);
      await saved;
      await stopProcesses(file.processes);
      await rm(path, { force: true });
    })();
    return stopping;
  };
  const kill = () => {
    stopping ??= Promise.resolve();
    killed = true;
    keeping.abort();
    for (const process of file.processes) signalProcess(process, 'SIGKILL');
  };
  return {
    get file() {
      return file;
    },
    died: death.promise,
    restarts: () =>
      Object.fromEntries(
        file.processes.flatMap(({ name, restarts }) => (restarts === undefined ? [] : [[name, restarts]])),
      ),
    signal,
    start,
    update,
    together,
    stop,
    kill,
  };
}

const lifeOf = ({ process, ended }: Child) => ({
  ended: ended.then(({ details }) => String(details.how ?? 'it ended')),
  kill: () => void signalProcess(process, 'SIGKILL'),
});
