import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PadoError } from '@pado/fault';
import { signalExitCode } from '../cli/errors.ts';

export interface ForegroundSpec {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Send its stdout to stderr, because stdout is to hold one document only. */
  readonly quiet: boolean;
}

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'] as const;

/** Runs a program in our place: same terminal, signals passed on; gives its exit code, or 128 + its signal. */
export async function runForeground({ file, args, environment, cwd, quiet }: ForegroundSpec): Promise<number> {
  const child = spawn(file, args, { cwd, env: environment, stdio: ['inherit', quiet ? 2 : 'inherit', 'inherit'] });
  const pass = (signal: NodeJS.Signals) => {
    // A terminal's Ctrl-C has reached the program already, and many take a second one for "at once".
    if (signal === 'SIGINT' && process.stdin.isTTY) return;
    child.kill(signal);
  };
  for (const signal of forwarded) process.on(signal, pass);
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return signal === null ? (code ?? 0) : signalExitCode(signal);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new PadoError(
      'ERR_PADO_NOT_FOUND',
      `${file} cannot be run: ${code === 'ENOENT' ? 'no such program' : message}`,
      { cause },
    );
  } finally {
    for (const signal of forwarded) process.off(signal, pass);
  }
}
