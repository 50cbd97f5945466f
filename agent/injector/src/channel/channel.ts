import { readFileSync } from 'node:fs';
import { threadId } from 'node:worker_threads';
import { type AgentMessage, heartbeatMs, type InjectorMessage, protocolVersion } from '@pado/fault';
import type { Config } from '../config.ts';
import { LeaseKeeper } from '../effects/lease.ts';
import { Faults } from '../faults.ts';
import { startImmediate, startInterval, startTimer } from '../host/clock.ts';
import { guarded, mishaps, safely, trace } from '../host/guard.ts';
import { listeningPorts, watchPorts } from '../host/ports.ts';
import { Backoff } from './backoff.ts';
import { Connection } from './connection.ts';

/** Tells this thread from every other one; no secret. `crypto`, which would be random enough, takes 4 ms to load. */
const newInstance = (): string =>
  [process.pid, process.hrtime.bigint(), Math.random()].map((number) => number.toString(36)).join('-');

function readToken(file: string | undefined): string | undefined {
  return file === undefined ? undefined : safely(() => readFileSync(file, 'utf8').trim());
}

/** Keeps a connection to the agent for as long as the process lives, and does what it says. */
export class Channel {
  readonly #config: Config;
  readonly #instance = newInstance();
  readonly #backoff = new Backoff();
  readonly #faults: Faults;
  #connection: Connection | undefined;
  #ports = '';

  constructor(config: Config) {
    this.#config = config;
    const { agentUrl, tokenFile } = config;
    const leases = new LeaseKeeper({ url: agentUrl.origin, tokenFile, instance: this.#instance });
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
    const { agentUrl, tokenFile } = this.#config;
    // A token that is no header value throws; the next attempt reads it again.
    const connection = safely(
      () =>
        new Connection(agentUrl, readToken(tokenFile), this.#hello(), {
          onMessage: (message, from) => this.#receive(message, from),
          onClose: (from) => {
            // After a goaway the next connection is there already.
            if (this.#connection === from) this.#retry();
          },
        }),
    );
    if (connection) this.#connection = connection;
    else this.#retry();
  };

  #retry(): void {
    this.#connection = undefined;
    startTimer(this.#connect, this.#backoff.next()).unref();
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
        this.#connection = undefined;
        connection.close();
        this.#backoff.reset();
        this.#connect();
        break;
      case 'heartbeat':
        break;
    }
  }
}
