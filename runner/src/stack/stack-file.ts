import { rm } from 'node:fs/promises';
import { PadoError } from '@pado/fault';
import type { StackFile, StackProcess } from '../contracts.ts';
import { createFile, readJson, replaceFile } from './files.ts';
import { isAlive } from './process-table.ts';
import { isInfrastructure, stopProcesses } from './stop.ts';

/** held: its runner lives; running: it stands by itself, whole; stale: its runner or one of its processes is gone. */
export type StackState = 'held' | 'running' | 'stale';

export const readStack = (file: string): Promise<StackFile | undefined> => readJson<StackFile>(file);

/** The processes whose end is the end of the stack: where services are started again, only what they stand on. */
export const essential = ({ processes, supervised }: StackFile): readonly StackProcess[] =>
  supervised ? processes.filter(({ name }) => isInfrastructure(name)) : processes;

export function stateOf({ owner, processes }: StackFile): StackState {
  if (owner !== undefined) return isAlive(owner) ? 'held' : 'stale';
  return processes.every(isAlive) ? 'running' : 'stale';
}

export const writeStack = (file: string, stack: StackFile): Promise<void> => replaceFile(file, serialise(stack));

/**
 * Makes this the project's one stack. What a killed runner left is ended first.
 * @throws PadoError ERR_PADO_CONFLICT when another stack is held or running.
 */
export async function claimStack(file: string, stack: StackFile, progress: (line: string) => void): Promise<void> {
  while (!(await createFile(file, serialise(stack)))) {
    const other = await readStack(file);
    if (other === undefined) continue;
    if (stateOf(other) !== 'stale') throw conflict(other);
    const left = other.processes.filter(isAlive).map(({ name }) => name);
    progress(`cleaning up after a run that was killed${left.length === 0 ? '' : `: ending ${left.join(', ')}`}`);
    await stopProcesses(other.processes);
    await rm(file, { force: true });
  }
}

/** The running stack of a project, for commands that need one. */
export async function requireStack(file: string): Promise<StackFile> {
  const stack = await readStack(file);
  if (stack === undefined)
    throw new PadoError('ERR_PADO_NOT_FOUND', 'no shop is running here: start one with "pado up"');
  const dead = essential(stack)
    .filter((one) => !isAlive(one))
    .map(({ name }) => name);
  if (dead.length === 0) return stack;
  throw new PadoError(
    'ERR_PADO_CHILD_DIED',
    `the shop is not whole: ${dead.join(', ')} ended; "pado up" starts it anew, logs are in ${stack.logsDirectory}`,
    { details: { dead } },
  );
}

function conflict({ owner, startedAt, urls }: StackFile): PadoError {
  const by = owner === undefined ? '' : ` and held by the runner with pid ${owner.pid}`;
  return new PadoError(
    'ERR_PADO_CONFLICT',
    `a shop is running here already${urls.gateway === undefined ? '' : `, at ${urls.gateway}`}, since ${startedAt}${by}: "pado down" stops it`,
    { details: { startedAt, ...(owner === undefined ? {} : { pid: owner.pid }) } },
  );
}

const serialise = (stack: StackFile): string => `${JSON.stringify(stack, null, 2)}\n`;
