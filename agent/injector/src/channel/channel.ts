import { threadId } from 'node:worker_threads';
import { type AgentMessage, heartbeatMs, type InjectorMessage, protocolVersion } from '@pado/fault';
import type { Config } from '../config.ts';
import { LeaseKeeper } from '../effects/lease.ts';
import { Faults } from '../faults.ts';
import { startImmediate, startInterval } from '../host/clock.ts';
import { guarded, mishaps, safely, trace } from '../host/guard.ts';
import { load } from '../host/load.ts';
import { listeningPorts, watchPorts } from '../host/ports.ts';
import { timeLimit } from '../host/time-limit.ts';
import { Backoff } from './backoff.ts';
import { Connection } from './connection.ts';
import { reach } from './reach.ts';

/** Tells this thread from every other one; no secret. `crypto`, which would be random enough, takes 4 ms to load. */
const newInstance = (): string =>
  [process.pid, process.hrtime.bigint(), Math.random()].map((number) => number.toString(36)).join('-');

/** Keeps a connection to the agent for as long as the process lives, and does what it says. */
export class Channel {
  readonly #config: Config;
  readonly #instance = newInstance();
  readonly #backoff = new Backoff();
  readonly #faults: Faults;
  readonly #way: ReturnType<typeof reach>;
  #connection: Connection | undefined;
  #ports = '';

  constructor(config: Config) {
    this.#config = config;
    const { agentUrl, tokenFile, caFile } = config;
    const source = { url: agentUrl.origin, tokenFile, caFile };
    this.#way = reach(load, source);
    const leases = new LeaseKeeper({ ...source, instance: this.#instance });
    this.#faults = new Faults((message, onSent) => this.#send(message, onSent), leases);
  }

  start(): void {
    watchPorts(() => this.#tellPorts());
    this.#connect();
    startInterval(
      guarded(() => {
        this.#send({ type: 'heartbeat', ...mishaps });
        this.#faults.tellEvidence();
        this.#tellPorts();
        // After the poll phase: words that came while the loop was blocked are not yet read.
        startImmediate(() => this.#connection?.closeIfSilent()).unref();
      }),
      heartbeatMs,
    ).unref();
  }

  #send(message: InjectorMessage, onSent?: () => void): boolean {
    return this.#connection?.send(message, onSent) ?? false;
  }

  readonly #connect = (): void => {
    // A token that is no header value throws, and so do broken certificates; the next attempt reads them again.
    const connection = safely(() => {
      const way = this.#way();
      return (
        way &&
        new Connection(way, this.#hello(), {
          onMessage: (message, from) => this.#receive(message, from),
          onClose: () => this.#retry(),
        })
      );
    });
    if (connection) this.#connection = connection;
    else this.#retry();
  };

  #retry(): void {
    this.#connection = undefined;
    timeLimit(this.#backoff.next(), this.#connect);
  }

  #hello(): InjectorMessage {
    const ports = listeningPorts();
    this.#ports = ports.join();
    const { labels, podUid } = this.#config;
    return {
      type: 'hello',
      version: protocolVersion,
      instance: this.#instance,
      pid: process.pid,
      node: process.version,
      labels,
      ports,
      ...(podUid !== undefined && { pod: podUid }),
      ...(threadId !== 0 && { thread: threadId }),
    };
  }

  #tellPorts(): void {
    const ports = listeningPorts();
    if (ports.join() === this.#ports) return;
    if (this.#send({ type: 'ports', ports })) this.#ports = ports.join();
  }

  #receive(message: AgentMessage, connection: Connection): void {
    if (this.#connection !== connection) return;
    this.#faults.heard(connection);
    try {
      this.#obey(message, connection);
    } catch (cause) {
      mishaps.dropped += 1;
      trace(`dropped ${message.type}`, cause);
    }
  }

  #obey(message: AgentMessage, connection: Connection): void {
    switch (message.type) {
      case 'welcome':
        if (message.version === protocolVersion) {
          this.#backoff.reset();
          this.#faults.tellAll();
          this.#tellPorts();
        } else connection.close();
        break;
      case 'arm':
        this.#faults.arm(message, connection);
        break;
      case 'disarm':
        this.#faults.disarm(message);
        break;
      case 'goaway':
        // A moment later, each process after one of its own: if it is this agent again, this is no busy loop.
        this.#backoff.reset();
        connection.close();
        break;
      case 'heartbeat':
        break;
    }
  }
}
