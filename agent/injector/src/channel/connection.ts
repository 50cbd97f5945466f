import { type ClientRequest, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { type AgentMessage, type InjectorMessage, maxLineBytes, suspendAfterMs } from '@pado/fault';
import { exemptAgents } from '../hooks/exempt.ts';
import { now, startInterval, stopInterval } from '../host/clock.ts';
import { guarded, mishaps, trace } from '../host/guard.ts';
import { LineSplitter } from './lines.ts';
import { readMessage } from './message.ts';

/**
 * The look-up of the name, the connection, TLS and the first byte of the answer may take 1 s. It is counted in ticks, for a blocked loop (a program
 * that is still loading, an event-loop fault) lets only one of them pass, and the answer may be waiting to be read.
 */
const connectTickMs = 100;
const connectTicks = 10;

// Taken at once: whoever patches node:http later (tracing, other tools) has nothing to do with this connection.
const request = httpRequest;

export interface Listener {
  onMessage(message: AgentMessage, connection: Connection): void;
  onClose(connection: Connection): void;
}

/** One connection to the agent: a request whose two bodies stay open. It never keeps the host alive. */
export class Connection {
  readonly #request: ClientRequest;
  #heardAt = now();
  #isOpen = false;
  #isClosed = false;

  constructor(way: RequestOptions, hello: InjectorMessage, listener: Listener) {
    exemptAgents.add(way.agent as object);
    const headers = { ...way.headers, 'content-type': 'application/x-ndjson' };
    this.#request = request({ ...way, headers, method: 'POST', path: '/v1/channel' });
    let ticksLeft = connectTicks;
    const timer = startInterval(() => {
      ticksLeft -= 1;
      if (ticksLeft === 0) this.close();
    }, connectTickMs).unref();
    const onEnd = guarded(() => {
      stopInterval(timer);
      if (this.#isClosed) return;
      this.#isClosed = true;
      this.#request.destroy();
      listener.onClose(this);
    });
    this.#request.on(
      'socket',
      guarded((socket) => socket.unref()),
    );
    this.#request.on(
      'error',
      guarded((error) => trace('connection', error.message)),
    );
    this.#request.on('close', onEnd);
    this.#request.on(
      'response',
      guarded((response: IncomingMessage) => {
        stopInterval(timer);
        response.on(
          'error',
          guarded(() => {}),
        );
        response.on('close', onEnd);
        if (response.statusCode !== 200) return this.close();
        const lines = new LineSplitter(
          guarded((line) => {
            const message = readMessage(line);
            if (message) listener.onMessage(message, this);
            else mishaps.dropped += 1;
          }),
          () => {
            mishaps.dropped += 1;
            this.close();
          },
        );
        response.on(
          'data',
          guarded((chunk: Buffer) => {
            this.#heardAt = now();
            lines.push(chunk);
          }),
        );
        this.#isOpen = true;
      }),
    );
    // Before any answer: an agent may keep its headers back until it has something to say.
    this.#request.write(`${JSON.stringify(hello)}\n`);
  }

  /** False when the message did not go: not connected, or the agent does not read. Totals are sent again anyway. */
  send(message: InjectorMessage, onSent?: () => void): boolean {
    if (!this.#isOpen || this.#request.destroyed || this.#request.writableLength > maxLineBytes) return false;
    this.#request.write(`${JSON.stringify(message)}\n`, onSent);
    return true;
  }

  /** An agent that hangs is as good as none: only a new connection can reach the next one. */
  closeIfSilent(): void {
    if (now() - this.#heardAt >= suspendAfterMs) this.close();
  }

  close(): void {
    this.#request.destroy();
  }
}
