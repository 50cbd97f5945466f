import { STATUS_CODES } from 'node:http';
import { Duplex } from 'node:stream';
import { clearTimer, longestTimerMs, startTimer } from '../host/clock.ts';
import type { Answer } from '../request/rule.ts';
import { answerHeaders } from './answer-headers.ts';

/** A raw HTTP/1.1 answer; the host's own parser reads it, so that it cannot be told from a server's. */
export function rawAnswer(answer: Answer, method: string): string {
  const lines = [
    `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? 'Error'}`,
    `date: ${new Date().toUTCString()}`,
    'connection: close',
    ...[...answerHeaders(answer)].map(([name, value]) => `${name}: ${value}`),
  ];
  return `${lines.join('\r\n')}\r\n\r\n${method === 'HEAD' ? '' : answer.body}`;
}

/** What a ClientRequest gets in place of a connection. It takes what the request sends and calls back at its first byte. */
export class StandInSocket extends Duplex {
  readonly encrypted: boolean;
  readonly connecting = false;
  readonly remoteAddress: string;
  readonly remotePort: number | undefined;
  timeout = 0;
  #timer: NodeJS.Timeout | undefined;
  #onFirstWrite: ((socket: StandInSocket) => void) | undefined;

  constructor(
    peer: { host: string; port: number | undefined; encrypted: boolean },
    onFirstWrite: (socket: StandInSocket) => void,
  ) {
    super({ allowHalfOpen: false });
    this.remoteAddress = peer.host;
    this.remotePort = peer.port;
    this.encrypted = peer.encrypted;
    this.#onFirstWrite = onFirstWrite;
  }

  override _read(): void {}

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimer(this.#timer);
    done(error);
  }

  override _write(_chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    const onFirstWrite = this.#onFirstWrite;
    this.#onFirstWrite = undefined;
    // In a turn of its own: what the host's code does with the answer is not part of its own write.
    if (onFirstWrite) process.nextTick(onFirstWrite, this);
    done();
  }

  /** As on a connection on which nothing comes. */
  setTimeout(ms: number, listener?: () => void): this {
    clearTimer(this.#timer);
    this.timeout = ms;
    if (listener && ms > 0) this.once('timeout', listener);
    else if (listener) this.off('timeout', listener);
    if (ms > 0) this.#timer = startTimer(() => this.emit('timeout'), Math.min(ms, longestTimerMs)).unref();
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  destroySoon(): void {
    this.destroy();
  }
}
