import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { PadoError } from '@pado/fault';
import { startChild } from '../../stack/child.ts';
import type { ProcessId } from '../../stack/process-table.ts';
import { askSession } from './ask.ts';
import { readSession, removeSession, type SessionFile, sessionFiles } from './state.ts';

interface Options {
  /** `.pado`. */
  readonly state: string;
  readonly run: string;
  readonly caller: ProcessId | undefined;
  /** The command line of `pado step keep`. */
  readonly command: { readonly file: string; readonly args: readonly string[] };
  readonly environment: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly signal: AbortSignal;
}

const startWithinMs = 60_000;

/** The session of this run: the one that goes on, or a new one. A session of a former `chaos` is ended first. */
export async function openSession(options: Options): Promise<SessionFile> {
  const { state, run, caller, signal } = options;
  const { session: file } = sessionFiles(state, run);
  const found = await readSession(file);
  if (found !== undefined) {
    if (caller !== undefined && found.caller?.pid === caller.pid && found.caller.startTicks === caller.startTicks) {
      return found;
    }
    await askSession(found, { verb: 'end' }, signal).catch(() => {}); // it may end at this very moment
  }
  return start(options);
}

async function start({ state, run, command, environment, cwd, signal }: Options): Promise<SessionFile> {
  const { folder, session: file, log } = sessionFiles(state, run);
  await mkdir(folder, { recursive: true });
  await removeSession(file);
  // In a session of its own: it outlives this step, and Ctrl-C does not reach it.
  const { process, ended } = await startChild(
    { name: 'pado step keep', ...command, environment, cwd, log },
    { bound: false },
  );
  let died: PadoError | undefined;
  void ended.then((error) => {
    died = error;
  });
  for (const startedAt = performance.now(); ; ) {
    const session = await readSession(file);
    if (session?.pid === process.pid) return session;
    if (died !== undefined) throw died;
    if (performance.now() - startedAt > startWithinMs) {
      throw new PadoError('ERR_PADO_PROVIDER', `the run did not start within ${startWithinMs / 1_000} s; see ${log}`);
    }
    await sleep(50, undefined, { signal });
  }
}
