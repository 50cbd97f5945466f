import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Host } from '../../../helpers/host.ts';
import type { Bench } from './figure.ts';

const directory = fileURLToPath(new URL('../programs/', import.meta.url));
const living = new Set<ChildProcess>();

// A run that is interrupted leaves nothing behind.
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

/** Keeps an eye on a process of this run: it ends with the figure at the latest. */
export function owned(bench: Bench, child: ChildProcess): ChildProcess {
  living.add(child);
  child.once('exit', () => living.delete(child));
  bench.defer(() => stop(child));
  return child;
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

export interface ProgramOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Files that Node.js preloads. */
  readonly preload?: readonly string[];
  readonly flags?: readonly string[];
  /** Directories of cgroups that it joins before it starts. */
  readonly cgroups?: readonly string[];
}

/** Joins the cgroups, then becomes the command: nothing is ever outside of its limits. */
export const inCgroups = (cgroups: readonly string[], command: readonly string[]): readonly string[] => {
  if (cgroups.length === 0) return command;
  const joins = cgroups.map((path) => `echo $$ > ${path}/cgroup.procs`);
  return ['sh', '-c', `${joins.join(' && ')} && exec "$@"`, 'sh', ...command];
};

/** Starts one of the programs beside this file and waits until it is ready to be asked. */
export async function startProgram(bench: Bench, name: string, options: ProgramOptions = {}): Promise<Host> {
  const { env = {}, preload = [], flags = [], cgroups = [] } = options;
  const [command, ...args] = inCgroups(cgroups, [process.execPath, ...flags, join(directory, name)]);
  const child = spawn(command ?? '', args, {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, NODE_OPTIONS: preload.map((file) => `--require=${file}`).join(' '), ...env },
  });
  owned(bench, child);
  const host = new Host(child);
  const [first] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as unknown[];
  if (typeof first !== 'object') throw new Error(`${name} has ended with ${first}: ${host.output}`);
  return host;
}

/** Used CPU in microseconds, and the program's own clock. */
export interface Usage {
  readonly cpuUs: number;
  readonly atMs: number;
  readonly served: number;
  readonly idleMs: number;
  readonly activeMs: number;
}

export const usage = (host: Host): Promise<Usage> => host.ask<Usage>('usage');

/** Share of the time that the event loop was busy. */
export const utilisation = (before: Usage, after: Usage): number => {
  const active = after.activeMs - before.activeMs;
  return active / (active + after.idleMs - before.idleMs);
};
