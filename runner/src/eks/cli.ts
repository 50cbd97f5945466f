import { spawn } from 'node:child_process';
import { PadoError } from '@pado/fault';
import { masked } from './mask.ts';

export type Tool = 'aws' | 'eksctl' | 'kubectl' | 'helm';

export interface Answer {
  /** 127 when there is no such program. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real command-line programs: a list of arguments each, never a shell. */
export interface Cli {
  /** Never rejects because of what the program says: its exit code tells. */
  readonly ask: (tool: Tool, ...args: string[]) => Promise<Answer>;
  /** Resolves to stdout. @throws ERR_PADO_PROVIDER with its last lines when it fails */
  readonly run: (tool: Tool, ...args: string[]) => Promise<string>;
  readonly json: <T>(tool: Tool, ...args: string[]) => Promise<T>;
}

export interface CliOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Each command line before it runs, with account ids masked. */
  readonly onCommand?: (line: string) => void;
}

export function createCli({ environment, signal, onCommand }: CliOptions): Cli {
  const ask = (tool: Tool, ...args: string[]): Promise<Answer> => {
    signal.throwIfAborted();
    onCommand?.(masked([tool, ...args].join(' ')));
    return new Promise((resolve, reject) => {
      // No pager and no colours: output is read by a program.
      const env = { ...environment, AWS_PAGER: '', NO_COLOR: '1' };
      const child = spawn(tool, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
      const out = { stdout: '', stderr: '' };
      // eksctl and helm finish or roll back what they are at when they are asked to stop.
      const stop = () => child.kill('SIGTERM');
      signal.addEventListener('abort', stop);
      child.stdout.setEncoding('utf8').on('data', (text: string) => (out.stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (out.stderr += text));
      child.once('error', (error: NodeJS.ErrnoException) => {
        signal.removeEventListener('abort', stop);
        if (error.code === 'ENOENT') resolve({ code: 127, stdout: '', stderr: `${tool} is not on PATH` });
        else reject(error);
      });
      child.once('close', (code) => {
        signal.removeEventListener('abort', stop);
        if (signal.aborted) reject(signal.reason);
        else resolve({ code: code ?? 1, ...out });
      });
    });
  };
  return cliOf(ask);
}

/** The rest follows from what one call answers. */
export function cliOf(ask: Cli['ask']): Cli {
  const run = async (tool: Tool, ...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await ask(tool, ...args);
    if (code === 0) return stdout;
    const words = args.slice(0, 2).join(' ');
    throw new PadoError('ERR_PADO_PROVIDER', `${tool} ${words} ended with ${code}: ${lastLines(stderr || stdout)}`);
  };
  return {
    ask,
    run,
    json: async <T>(tool: Tool, ...args: string[]) => JSON.parse((await run(tool, ...args)) || 'null') as T,
  };
}

/** The end of what a program said, fit to be shown. */
export const lastLines = (text: string): string => masked(text.trim().split('\n').slice(-3).join(' | ')) || 'no output';
