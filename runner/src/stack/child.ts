import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { PadoError } from '@pado/fault';
import type { StackProcess } from '../contracts.ts';
import { lastLines } from './log-tail.ts';
import { identify } from './process-table.ts';

/** What to start. */
export interface ChildSpec {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly log: string;
  /** Write on at the end of the log, as who is started again does. Default: begin it anew. */
  readonly append?: boolean;
  /** Run as another user; only root can. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** What the kernel sends when the runner is killed. Default SIGKILL: leaving nothing is worth more than draining. */
  readonly parentDeathSignal?: 'INT' | 'TERM' | 'KILL';
}

export interface Child {
  readonly process: StackProcess;
  /** Resolves with the error to report when the process has ended. */
  readonly ended: Promise<PadoError>;
}

/**
 * Starts a process that writes to a log of its own. Always in a session of its own: Ctrl-C reaches only the runner,
 * which reverts faults first. `bound` ties its life to the runner's through setpriv, which execs, so the pid is the
 * process's own; where setpriv is missing, the next start ends what a killed runner left.
 */
export async function startChild(spec: ChildSpec, { bound }: { readonly bound: boolean }): Promise<Child> {
  const { name, log, user } = spec;
  const output = openSync(log, spec.append === true ? 'a' : 'w', 0o644);
  const { file, args } = bound ? tied(spec) : spec;
  let child: ChildProcess;
  try {
    child = spawn(file, args, {
      cwd: spec.cwd,
      env: spec.environment,
      stdio: ['ignore', output, output],
      detached: true,
      ...(user === undefined ? {} : user),
    });
    await once(child, 'spawn');
  } catch (cause) {
    throw new PadoError('ERR_PADO_CHILD_DIED', `${name} could not be started: ${(cause as Error).message}`, { cause });
  } finally {
    closeSync(output);
  }
  const ended = once(child, 'exit').then(([code, signal]) => diedError(name, log, signal ?? `exit code ${code}`));
  if (!bound) child.unref();
  const id = identify(child.pid ?? 0);
  if (id === undefined) throw await ended;
  return { process: { name, ...id, log }, ended };
}

/** The error that names a process which ended by itself, with the last lines of its log. */
export function diedError(name: string, log: string, how?: string): PadoError {
  const lines = lastLines(log);
  const tail = lines.map((line) => `\n  ${line}`).join('');
  return new PadoError(
    'ERR_PADO_CHILD_DIED',
    `${name} has ended${how === undefined ? '' : ` (${how})`}; the end of ${log}:${tail}`,
    {
      details: { name, log, lines, ...(how === undefined ? {} : { how }) },
    },
  );
}

/** The same command, ended by the kernel when this process ends. */
export function tied({
  file,
  args,
  parentDeathSignal = 'KILL',
}: Pick<ChildSpec, 'file' | 'args' | 'parentDeathSignal'>): {
  readonly file: string;
  readonly args: readonly string[];
} {
  if (!setprivWorks()) return { file, args };
  return { file: 'setpriv', args: ['--pdeathsig', parentDeathSignal, '--', file, ...args] };
}

let setpriv: boolean | undefined;

/** setpriv of util-linux ≥ 2.33; BusyBox has one without the option. */
function setprivWorks(): boolean {
  setpriv ??= spawnSync('setpriv', ['--pdeathsig', 'KILL', '--', 'true']).status === 0;
  return setpriv;
}
