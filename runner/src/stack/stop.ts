import { setTimeout as sleep } from 'node:timers/promises';
import type { StackProcess } from '../contracts.ts';
import { isAlive, signalProcess } from './process-table.ts';

export const graceMs = 10_000;
const intervalMs = 25;

/** What every stack has, whichever services it starts. */
export const isInfrastructure = (name: string): boolean => ['agent', 'prometheus', 'postgres'].includes(name);
const isGateway = (name: string): boolean => /^gateway(-\d+)?$/.test(name);

/** From the outside in, so that whoever still works finds what it needs: users' door, services, observers, database. */
const waves: readonly ((name: string) => boolean)[] = [
  isGateway,
  (name) => !isGateway(name) && !isInfrastructure(name),
  (name) => name === 'agent' || name === 'prometheus',
  (name) => name === 'postgres',
];

/** Ends processes gracefully, and by force after ten seconds. Only those that pid and start time identify. */
export async function stopProcesses(processes: readonly StackProcess[]): Promise<void> {
  for (const belongs of waves) {
    await Promise.all(processes.filter(({ name }) => belongs(name)).map(stopProcess));
  }
}

async function stopProcess(one: StackProcess): Promise<void> {
  // To PostgreSQL SIGTERM means "when every client has left", SIGINT means now and in good order.
  signalProcess(one, one.name === 'postgres' ? 'SIGINT' : 'SIGTERM');
  if (await ended(one, graceMs)) return;
  signalProcess(one, 'SIGKILL');
  await ended(one, graceMs);
}

/** True once the process has ended, false after the time. Polled, since it need not be a child of ours. */
export async function ended(one: Pick<StackProcess, 'pid' | 'startTicks'>, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (isAlive(one)) {
    if (performance.now() > deadline) return false;
    await sleep(intervalMs);
  }
  return true;
}
