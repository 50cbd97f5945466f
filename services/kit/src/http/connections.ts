import type { Socket } from 'node:net';
import { Client, type Dispatcher, Pool } from 'undici';
import type { ConnectionPolicy } from '../resilience/policy.ts';

/** A server keeps idle connections for 75 s; letting go of them sooner avoids writing into a closed one. */
const defaultIdleMs = 30_000;
/** Connections opened in one burst must not all be replaced in one. */
const ageJitter = 0.2;

export interface ConnectionsOptions {
  readonly url: string;
  /** Asked at each call, so that a change is in force with the next one. */
  readonly policy: () => ConnectionPolicy | undefined;
  /** Called for each connection that is replaced because of its age. */
  readonly onRecycled: () => void;
  /** 0 to 1. */
  readonly random: () => number;
}

/**
 * The connections to one instance. `Keep-Alive: timeout=…` of a server is heeded, as Node's own agent does, but never
 * beyond the policy's `idleMs` (undici looks at idle connections twice a second).
 */
export class Connections {
  readonly #options: ConnectionsOptions;
  #pool: Pool;
  #policy: ConnectionPolicy;
  readonly #closing = new Set<Promise<void>>();

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    this.#policy = options.policy() ?? {};
    this.#pool = this.#open(this.#policy);
  }

  /** For the next call; a changed policy makes new connections, and the old ones close after their answers. */
  get dispatcher(): Dispatcher {
    const policy = this.#options.policy() ?? {};
    if (policy.idleMs !== this.#policy.idleMs || policy.maxAgeMs !== this.#policy.maxAgeMs) {
      this.#retire(this.#pool);
      this.#pool = this.#open(policy);
      this.#policy = policy;
    }
    return this.#pool;
  }

  /** Resolves after the answers in flight. */
  async close(): Promise<void> {
    if (!this.#pool.closed) this.#retire(this.#pool);
    await Promise.all(this.#closing);
  }

  #retire(pool: Pool): void {
    // It fails only when it was closed already.
    const closed = pool
      .close()
      .catch(() => {})
      .finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }

  #open({ idleMs = defaultIdleMs, maxAgeMs }: ConnectionPolicy): Pool {
    return new Pool(this.#options.url, {
      connections: 256,
      keepAliveTimeout: idleMs,
      keepAliveMaxTimeout: idleMs,
      factory: (origin, options) =>
        maxAgeMs === undefined ? new Client(origin, options) : this.#ageing(origin, options, maxAgeMs),
    });
  }

  /** One connection that is replaced in the pause after an answer, once it is old enough. */
  #ageing(origin: URL, options: Client.Options, maxAgeMs: number): Client {
    const { random, onRecycled } = this.#options;
    const connect = options.connect as (
      options: object,
      done: (error: Error | null, socket: Socket | null) => void,
    ) => void;
    let old: Socket | undefined;
    const client = new Client(origin, {
      ...options,
      connect(target, done) {
        connect(target, (error, socket) => {
          if (socket !== null) watch(socket);
          if (error === null && socket !== null) done(null, socket);
          else done(error ?? new Error('no connection'), null);
        });
      },
    });
    const watch = (socket: Socket) => {
      const age = setTimeout(
        () => {
          old = socket;
          replace();
        },
        maxAgeMs * (1 - ageJitter + 2 * ageJitter * random()),
      ).unref();
      socket.once('close', () => {
        clearTimeout(age);
        if (old === socket) old = undefined;
      });
    };
    /** A request that arrives before the socket's 'close' waits in the client and goes over the next connection. */
    const replace = () => {
      if (old === undefined || old.destroyed || client.stats.running > 0) return;
      old.destroy();
      onRecycled();
    };
    // Before the pool's own listener, which hands the next request over.
    client.on('drain', replace);
    return client;
  }
}
