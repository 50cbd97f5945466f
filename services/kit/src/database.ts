import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

/** A database that takes longer to say anything is not ready. */
const probeTimeoutMs = 2_000;

export interface DatabaseOptions {
  readonly url: string;
  /** The schema that this service owns; every connection's search_path. */
  readonly schema: string;
  /** A folder of `*.sql` files, applied once each in the order of their names. */
  readonly migrations: URL | string;
  /** Most connections at a time. */
  readonly poolMax: number;
  /** Hears of connections that broke while idle (the pool replaces them). */
  readonly onError: (error: Error) => void;
}

/** A service's own schema in PostgreSQL. */
export class Database {
  readonly pool: pg.Pool;
  readonly #probe: pg.Pool;
  readonly #options: DatabaseOptions;

  constructor(options: DatabaseOptions) {
    this.#options = options;
    this.pool = new pg.Pool({
      connectionString: options.url,
      max: options.poolMax,
      options: `-c search_path=${options.schema}`,
      application_name: options.schema,
      connectionTimeoutMillis: 10_000,
    });
    this.pool.on('error', options.onError);
    this.#probe = new pg.Pool({
      connectionString: options.url,
      max: 1,
      application_name: `${options.schema}-readyz`,
      connectionTimeoutMillis: probeTimeoutMs,
      query_timeout: probeTimeoutMs,
    });
    this.#probe.on('error', options.onError);
  }

  async query<R extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<R[]> {
    return (await this.pool.query<R>(text, values)).rows;
  }

  /** Runs `work` in one transaction: commits when it resolves, rolls back when it throws. */
  async transaction<T>(work: (tx: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('BEGIN');
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((cause: Error) => {
        broken = cause;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /** Asks over a connection of its own: requests that wait for one of the pool say nothing about the database. */
  async ready(): Promise<void> {
    await this.#probe.query('SELECT 1');
  }

  /** Applies the migrations that are not yet recorded; an advisory lock keeps two starting replicas apart. */
  async migrate(): Promise<void> {
    const { schema } = this.#options;
    const folder =
      typeof this.#options.migrations === 'string' ? this.#options.migrations : fileURLToPath(this.#options.migrations);
    const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
    await this.transaction(async (tx) => {
      // One lock for all schemas: CREATE SCHEMA and pg_catalog updates of different services would collide otherwise.
      await tx.query(`SELECT pg_advisory_xact_lock(hashtext('pado-migrations'))`);
      await tx.query(`CREATE SCHEMA IF NOT EXISTS ${pg.escapeIdentifier(schema)}`);
      await tx.query(
        'CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
      );
      const done = new Set(
        (await tx.query<{ name: string }>('SELECT name FROM migrations')).rows.map((row) => row.name),
      );
      for (const file of files.filter((name) => !done.has(name))) {
        await tx.query(await readFile(join(folder, file), 'utf8'));
        await tx.query('INSERT INTO migrations (name) VALUES ($1)', [file]);
      }
    });
  }

  async close(): Promise<void> {
    await Promise.all([this.pool.end(), this.#probe.end()]);
  }
}
