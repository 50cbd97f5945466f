import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface CommandOptions {
  readonly signal: AbortSignal;
  readonly environment: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Run as another user; only root can. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** Runs a program to its end and gives its output; rejects with its last lines when it fails or cannot be started. */
export async function command(
  file: string,
  args: readonly string[],
  { signal, environment, cwd, user }: CommandOptions,
): Promise<string> {
  signal.throwIfAborted();
  // A group of its own, so that an abort also ends what the program has started (compilers, download helpers).
  const child = spawn(file, args, {
    cwd,
    env: environment,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(user === undefined ? {} : user),
  });
  const killGroup = () => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  };
  signal.addEventListener('abort', killGroup);
  let stdout = '';
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  try {
    const [code, name] = (await once(child, 'close')) as [number | null, string | null];
    signal.throwIfAborted();
    if (code === 0) return stdout;
    throw new Error(`${file} ${args[0] ?? ''} ended with ${code ?? name}: ${lastLines(output)}`);
  } finally {
    signal.removeEventListener('abort', killGroup);
  }
}

const lastLines = (text: string): string => text.trim().split('\n').slice(-3).join(' | ') || 'no output';
