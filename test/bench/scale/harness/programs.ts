import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Host } from '../../../helpers/host.ts';

export const programsDirectory = join(import.meta.dirname, '../programs');
const living = new Set<ChildProcess>();

/** Ends what is still running; for a run that is interrupted. */
export const killAll = (): void => {
  for (const child of living) child.kill('SIGKILL');
};

/** Starts a program and resolves when it can be asked. */
export async function startProgram(
  file: string,
  flags: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Host> {
  const child = spawn(process.execPath, [...flags, file], {
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  });
  living.add(child);
  child.once('exit', () => living.delete(child));
  const host = new Host(child);
  const [first] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as unknown[];
  if (first !== 'ready') throw new Error(`${file} has ended with ${first}: ${host.output}`);
  return host;
}

export async function stopProgram({ child }: Host): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
