import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type AgentMessage, heartbeatMs, type InjectorMessage, protocolVersion } from '@pado/fault';
import type { Config } from '../config.ts';
import { Faults } from '../faults.ts';
import { startImmediate, startInterval, startTimer } from '../host/clock.ts';
import { guarded, mishaps, safely, trace } from '../host/guard.ts';
import { listeningPorts, watchPorts } from '../host/ports.ts';
import { Backoff } from './backoff.ts';
import { Connection } from './connection.ts';

function readToken(file: string | undefined): string | undefined {
  return file === undefined ? undefined : safely(() => readFileSync(file, 'utf8').trim());
}

/** Keeps a connection to the agent for as long as the process lives, and does what it says. */
export class Channel {
  readonly #config: Config;
  readonly #instance = randomUUID();
  readonly #backoff = new Backoff();
  readonly #faults = new Faults((message) => this.#send(message));
  #connection: Connection | undefined;
  #ports = '';

  constructor(config: Config) {
    this.#config = config;
  }

  start(): void {
    watchPorts(() => this.#tellPorts());
    this.#connect();
    startInterval(
      guarded(() => {
        this.#send({ type: 'heartbeat' });
        this.#faults.tellEvidence();
        this.#tellPorts();
        // After the poll phase: words that came while the loop was blocked are not yet read.
        startImmediate(() => this.#connection?.closeIfSilent()).unref();
      }),
      heartbeatMs,
    ).unref();
  }

  #send(message: InjectorMessage): boolean {
    return this.#connection?.send(message) ?? false;
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
    return {
      type: 'hello',
      version: protocolVersion,
      instance: this.#instance,
      pid: process.pid,
      node: process.version,
      labels: this.#config.labels,
      ports,
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
