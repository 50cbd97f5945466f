import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Test } from 'tap';
import { type Armed, forkAlone, Host, startHost } from './host.ts';
import { WireAgent } from './wire-agent.ts';

const run = promisify(execFile);
const folder = fileURLToPath(new URL('../fixtures/programs/', import.meta.url));
const modules = join(folder, 'node_modules');
/** The lock file that node_modules was installed from, kept within it. */
const installed = join(modules, '.installed-lock.json');
const lock = join(folder, '.installing.lock');
const waitMs = 250;
/** An installation that takes longer than this has died. */
const staleMs = 5 * 60_000;

async function isInstalled(): Promise<boolean> {
  if (!existsSync(installed)) return false;
  const [wanted, there] = await Promise.all([readFile(join(folder, 'package-lock.json')), readFile(installed)]);
  return wanted.equals(there);
}

/** A directory is made by one only: the others wait until it is gone. */
async function locked(task: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await mkdir(lock);
      break;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
      const age = Date.now() - ((await stat(lock).catch(() => undefined))?.mtimeMs ?? Date.now());
      if (age > staleMs) await rm(lock, { recursive: true, force: true });
      else await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
  try {
    await task();
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

/**
 * The fixture programs have packages of their own, which nobody but these tests needs: they are installed when first
 * asked for, once however many test files ask, and again only when their lock file has changed.
 */
export async function programs(): Promise<string> {
  if (await isInstalled()) return folder;
  await locked(async () => {
    if (await isInstalled()) return;
    await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, timeout: staleMs });
    await cp(join(folder, 'package-lock.json'), installed);
  });
  return folder;
}

/** A fixture program's file. */
export const program = async (name: string): Promise<string> => join(await programs(), name);

/** An agent, and a fixture program connected to it; `port` is 0 for a program that does not listen. */
export async function connectedProgram(t: Test, name: string, env: NodeJS.ProcessEnv = {}): Promise<Armed> {
  const file = await program(name);
  const agent = await new WireAgent().start();
  t.teardown(() => agent.stop());
  const arriving = agent.nextTarget();
  const host = await startHost(t, agent, { PADO_NAME: 'orders', ...env }, file);
  const target = await arriving;
  const port = await host.ask<number>('port').catch(() => 0);
  return { agent, host, target, port, url: `http://127.0.0.1:${port}` };
}

export interface StartOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** The Node.js that runs it; by default the one of the tests. */
  readonly execPath?: string;
  readonly execArgv?: readonly string[];
}

/** A fixture program that has no injector unless its environment says so. */
export async function startProgram(t: Test, name: string, options: StartOptions = {}): Promise<Host> {
  const { env = {}, execPath = process.execPath, execArgv = [] } = options;
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  const child = forkAlone(await program(name), { execPath, execArgv, env: { ...inherited, ...env } });
  t.teardown(() => {
    child.kill('SIGKILL');
  });
  const host = new Host(child);
  const [first] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  if (typeof first !== 'object') throw new Error(`the program has ended with ${first}: ${host.output}`);
  return host;
}

export const nodeVersions = ['18', '20', '22', '24'] as const;

/** The binary of an older Node.js; undefined where there is none for this platform, which CI does not accept. */
export async function nodeOf(version: (typeof nodeVersions)[number]): Promise<string | undefined> {
  if (process.version.startsWith(`v${version}.`)) return process.execPath;
  const file = join(await programs(), 'node_modules', `node${version}`, 'bin', 'node');
  if (existsSync(file)) return file;
  if (process.env.CI) throw new Error(`there is no Node.js ${version} at ${file}`);
  return undefined;
}
