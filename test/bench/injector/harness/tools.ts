import { execFile, spawn } from 'node:child_process';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Bench } from './figure.ts';
import { owned } from './programs.ts';

const run = promisify(execFile);
const directory = fileURLToPath(new URL('../../../../.tools/bench/', import.meta.url));

export const peerVersions = {
  toxiproxy: 'v2.12.0',
  '@opentelemetry/api': '1.10.0',
  '@opentelemetry/sdk-node': '0.301.0',
  '@opentelemetry/instrumentation-http': '0.301.0',
} as const;

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Whether a command is on PATH. */
export const has = async (command: string): Promise<boolean> => {
  const paths = (process.env.PATH ?? '').split(':').map((path) => join(path, command));
  return (await Promise.all(paths.map(exists))).some(Boolean);
};

/** Installs OpenTelemetry into .tools/bench; undefined when it cannot be had. */
export async function openTelemetry(): Promise<string | undefined> {
  const { toxiproxy: _, ...dependencies } = peerVersions;
  const manifest = JSON.stringify({ name: 'pado-bench', private: true, dependencies }, undefined, 2);
  const file = join(directory, 'package.json');
  const isThere =
    (await readFile(file, 'utf8').catch(() => '')) === manifest && (await exists(join(directory, 'node_modules')));
  if (isThere) return directory;
  try {
    await mkdir(directory, { recursive: true });
    await writeFile(file, manifest);
    await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: directory });
    return directory;
  } catch {
    return undefined;
  }
}

/** Builds Toxiproxy into .tools/bench/bin; undefined when it cannot be had. */
async function toxiproxyBinary(): Promise<string | undefined> {
  const bin = join(directory, 'bin');
  const binary = join(bin, 'server');
  if (await exists(binary)) return binary;
  try {
    const source = `github.com/Shopify/toxiproxy/v2/cmd/server@${peerVersions.toxiproxy}`;
    await run('go', ['install', source], { env: { ...process.env, GOBIN: bin } });
    return binary;
  } catch {
    return undefined;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export interface Toxiproxy {
  readonly pid: number;
  /** Listens for a server, and returns the port to call instead. */
  before(port: number): Promise<number>;
  /** Adds a latency to every proxy. */
  delay(latencyMs: number): Promise<void>;
  undelay(): Promise<void>;
}

/** undefined where it cannot be built: there is no Go, or no network. */
export async function startToxiproxy(bench: Bench): Promise<Toxiproxy | undefined> {
  const binary = await toxiproxyBinary();
  if (binary === undefined) return undefined;
  const port = await freePort();
  const env = { ...process.env, LOG_LEVEL: 'error' };
  const child = owned(bench, spawn(binary, ['-host', '127.0.0.1', '-port', String(port)], { stdio: 'ignore', env }));
  const api = `http://127.0.0.1:${port}`;
  const ask = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(api + path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`toxiproxy: ${method} ${path}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  while (
    !(await fetch(`${api}/version`).then(
      () => true,
      () => false,
    ))
  )
    await sleep(20);
  const names: string[] = [];
  return {
    pid: child.pid ?? 0,
    before: async (upstream) => {
      const name = `to-${upstream}`;
      const proxy = { name, listen: '127.0.0.1:0', upstream: `127.0.0.1:${upstream}`, enabled: true };
      const { listen } = (await ask('POST', '/proxies', proxy)) as { listen: string };
      names.push(name);
      return Number(listen.split(':').at(-1));
    },
    delay: async (latency) => {
      for (const name of names)
        await ask('POST', `/proxies/${name}/toxics`, { name: 'late', type: 'latency', attributes: { latency } });
    },
    undelay: async () => {
      for (const name of names) await ask('DELETE', `/proxies/${name}/toxics/late`);
    },
  };
}
