import { createHash } from 'node:crypto';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { PadoError } from '@pado/fault';

/** Below the kernel's range for outgoing connections (32768 and up), which could take a port before its owner starts. */
const range = { first: 20_000, count: 12_000 };

/**
 * A free loopback port for each name. The search starts at a place that the project's path decides: the same checkout
 * gets the same ports from run to run, and two checkouts rarely look at the same ones.
 * @throws PadoError ERR_PADO_PORT_TAKEN when a port that was asked for is in use; the message names its holder.
 */
export async function choosePorts<Name extends string>(
  names: readonly Name[],
  asked: Readonly<Partial<Record<NoInfer<Name>, number>>>,
  project: string,
): Promise<Readonly<Record<Name, number>>> {
  const chosen: Partial<Record<Name, number>> = {};
  for (const name of names) {
    const port = asked[name];
    if (port === undefined) continue;
    if (!(await isFree(port))) throw await taken(name, port);
    chosen[name] = port;
  }
  const used = new Set<number>(Object.values(chosen));
  let next = createHash('sha256').update(project).digest().readUInt32BE() % range.count;
  for (const name of names) {
    if (chosen[name] !== undefined) continue;
    while (used.has(range.first + next) || !(await isFree(range.first + next))) next = (next + 1) % range.count;
    chosen[name] = range.first + next;
    used.add(range.first + next);
  }
  return chosen as Record<Name, number>;
}

/** True when a server can listen there now. */
export async function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer()
    .once('error', () => resolve(false))
    .listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  return promise;
}

async function taken(name: string, port: number): Promise<PadoError> {
  const holder = await holderOf(port);
  const by = holder === undefined ? '' : ` by ${holder}`;
  return new PadoError('ERR_PADO_PORT_TAKEN', `port ${port}, asked for ${name}, is in use${by}; ask for another one`, {
    details: { name, port, ...(holder === undefined ? {} : { holder }) },
  });
}

/** Who listens on a port, as `name (pid)`; undefined when /proc does not tell (another user's process). */
export async function holderOf(port: number): Promise<string | undefined> {
  const inode = await listeningInode(port);
  if (inode === undefined) return undefined;
  for (const pid of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const descriptor of descriptors) {
      const link = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
      if (link !== `socket:[${inode}]`) continue;
      const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '?');
      return `${name.trim()} (pid ${pid})`;
    }
  }
  return undefined;
}

async function listeningInode(port: number): Promise<string | undefined> {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const rows = (await readFile(table, 'utf8').catch(() => '')).split('\n').slice(1);
    for (const row of rows) {
      const [, local, , state, , , , , , inode] = row.trim().split(/\s+/);
      if (local?.endsWith(wanted) && state === '0A') return inode;
    }
  }
  return undefined;
}
