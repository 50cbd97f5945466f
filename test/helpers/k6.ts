import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { ensureTool } from '../../runner/src/tools/tools.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface K6Run {
  readonly exitCode: number | null;
  /** All that k6 and the script said. */
  readonly output: string;
  /** What the script said with console.log, a line each. */
  readonly lines: readonly string[];
}

export interface K6Options {
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly onStart?: (child: ChildProcess) => void;
}

/** The real k6, in a folder of the test's own; `script` is a path below the checkout, or an absolute one. */
export async function k6(t: Test) {
  const file = await ensureTool('k6', {
    folder: join(root, '.tools'),
    environment: process.env,
    signal: AbortSignal.timeout(120_000),
    progress: () => {},
  });
  const directory = t.testdir();
  let runs = 0;
  const run = async (script: string, { env = {}, args = [], onStart }: K6Options = {}): Promise<K6Run> => {
    const console = join(directory, `console-${++runs}.log`);
    const flags = ['--quiet', '--no-color', '--no-usage-report', '--address=', '--log-format=raw'];
    const child = spawn(file, ['run', ...flags, `--console-output=${console}`, ...args, resolve(root, script)], {
      cwd: directory,
      env: { PATH: process.env.PATH, HOME: directory, PWD: directory, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    t.teardown(() => child.kill('SIGKILL'));
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    onStart?.(child);
    const [exitCode] = (await once(child, 'close')) as [number | null];
    const lines = (await readFile(console, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
    return { exitCode, output, lines };
  };
  return { run, directory };
}
