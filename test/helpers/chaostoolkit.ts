import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Test } from 'tap';

const run = promisify(execFile);
/** jsonpath2 is what `chaostoolkit-lib[jsonpath]` adds. */
const requirements = [
  'chaostoolkit==1.19.0',
  'chaostoolkit-lib==1.44.0',
  'chaostoolkit-reporting==0.18.0',
  'jsonpath2==0.4.5',
];
const folder = fileURLToPath(new URL('../../.tools/chaostoolkit/', import.meta.url));
const installed = join(folder, 'installed.txt');
const lock = `${folder.replace(/\/$/, '')}.lock`;
const pollMs = 250;
/** An installation that takes longer than this has died. */
const staleMs = 5 * 60_000;

export interface ChaosToolkit {
  /** Its virtual environment's Python. */
  readonly python: string;
  /** The `chaos` command. */
  readonly chaos: string;
  /** The folder of both, for PATH. */
  readonly bin: string;
}

/**
 * The real Chaos Toolkit in `.tools/chaostoolkit`, installed from PyPI once. undefined where it cannot be (no Python, no
 * network), and then the test says so: `if (kit === undefined) return;`. In CI that fails the test.
 */
export async function ensureChaosToolkit(t: Test): Promise<ChaosToolkit | undefined> {
  t.setTimeout(staleMs);
  try {
    if (!(await isInstalled())) await locked(install);
  } catch (error) {
    const reason = `Chaos Toolkit cannot be installed here: ${(error as Error).message}`;
    if (process.env.CI === undefined) t.pass(reason, { skip: reason });
    else t.fail(reason);
    return undefined;
  }
  const bin = join(folder, 'bin');
  return { python: join(bin, 'python'), chaos: join(bin, 'chaos'), bin };
}

async function isInstalled(): Promise<boolean> {
  return existsSync(installed) && (await readFile(installed, 'utf8')) === requirements.join('\n');
}

async function install(): Promise<void> {
  if (await isInstalled()) return;
  await rm(folder, { recursive: true, force: true });
  const python = join(folder, 'bin', 'python');
  const pip = ['install', '--quiet', '--disable-pip-version-check', ...requirements];
  try {
    await run('python3', ['-m', 'venv', folder]);
    await run(python, ['-m', 'pip', ...pip]);
  } catch {
    // Debian's Python has no pip to put into an environment; its own can install into one from outside.
    await run('python3', ['-m', 'venv', '--clear', '--without-pip', folder]);
    await run('python3', ['-m', 'pip', '--python', python, ...pip]);
  }
  await writeFile(installed, requirements.join('\n'));
}

/** A directory is made by one only: test files that run at the same time wait until it is gone. */
async function locked(task: () => Promise<void>): Promise<void> {
  await mkdir(dirname(lock), { recursive: true });
  for (;;) {
    try {
      await mkdir(lock);
      break;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
      const madeAt = (await stat(lock).catch(() => undefined))?.mtimeMs ?? Date.now();
      if (Date.now() - madeAt > staleMs) await rm(lock, { recursive: true, force: true });
      else await wait(pollMs);
    }
  }
  try {
    await task();
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}
