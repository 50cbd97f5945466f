import type { Socket } from 'node:net';
import { safely } from '../host/guard.ts';
import type { Plan } from '../request/rule.ts';
import { type Part, Wait } from '../request/wait.ts';
import { Pacer } from './pacer.ts';

type Send = (bytes: Buffer | null, done: (error?: Error | null) => void) => void;
type Push = (chunk: unknown) => boolean;

/** What a held connection keeps before it tells its peer to stop. */
const mostHeldBytes = 64 * 2 ** 10;

/**
 * What an armed fault does with one open connection. An exchange begins with the first bytes that are sent after some
 * were received: it is what a fault hits, however many packets it has.
 */
export class Line {
  /** The next bytes that are sent begin an exchange. */
  isFresh = true;
  readonly #socket: Socket;
  #sending: Wait | undefined;
  #unsent: ((error?: Error | null) => void) | undefined;
  #answer: readonly Part[] = [];
  #receiving: Wait | undefined;
  #received: unknown[] = [];
  #heldBytes = 0;
  #isBlackHole = false;
  #out: Pacer | undefined;
  #in: Pacer | undefined;
  #push: Push | undefined;

  readonly #onClose: () => void;

  constructor(socket: Socket, onClose: () => void) {
    this.#socket = socket;
    this.#onClose = () => {
      onClose();
      this.#drop();
    };
    socket.once('close', this.#onClose);
  }

  /** The fault is over: what is held goes on by itself, and nothing stays on the socket. */
  leave(): void {
    this.#socket.off('close', this.#onClose);
  }

  /** A new exchange: what happens to it. */
  begin(plan: Plan | undefined): void {
    this.isFresh = false;
    this.#answer = plan?.after ?? [];
    this.#isBlackHole = plan?.before.some(({ ms }) => ms === Number.POSITIVE_INFINITY) ?? false;
    const throttle = plan?.throttle;
    // A line that still holds bytes keeps its pace: they must come in order.
    if (!this.#out || this.#out.isIdle) this.#out = undefined;
    if (!this.#in || this.#in.isIdle) this.#in = undefined;
    if (!throttle) return;
    this.#out ??= new Pacer(throttle, (bytes, sent) => this.#write?.(bytes, () => sent?.()));
    this.#in ??= new Pacer(throttle, (bytes) => this.#deliver(bytes));
  }

  #write: Send | undefined;

  /** Bytes on their way out; `before` belongs to the exchange that they begin. */
  send(
    before: readonly Part[],
    whole: () => void,
    bytes: () => Buffer,
    write: Send,
    done: (error?: Error | null) => void,
  ): void {
    const go = (): void => {
      this.#sending = undefined;
      this.#unsent = undefined;
      this.#isBlackHole = false;
      if (this.#socket.destroyed) return;
      if (this.#out) {
        this.#write = write;
        this.#out.add(bytes(), () => done());
      } else whole();
      this.#release();
    };
    if (before.length === 0) go();
    else {
      this.#unsent = done;
      this.#sending = new Wait(before, () => safely(go));
    }
  }

  get #isHeld(): boolean {
    return (
      this.#received.length > 0 || this.#receiving !== undefined || (this.#isBlackHole && this.#sending !== undefined)
    );
  }

  /** Bytes that came in (null: the end). True when the line has taken them; then `more` says whether to read on. */
  receive(chunk: unknown, push: Push): { readonly more: boolean } | undefined {
    this.#push = push;
    if (this.#answer.length > 0 && !this.#receiving && this.#received.length === 0) {
      const parts = this.#answer;
      this.#answer = [];
      this.#receiving = new Wait(parts, () => {
        this.#receiving = undefined;
        safely(() => this.#release());
      });
    }
    if (!this.#isHeld && !this.#in) {
      this.isFresh = true;
      return undefined;
    }
    if (this.#isHeld) this.#hold(chunk);
    else this.#pace(chunk);
    return { more: this.#heldBytes + (this.#in?.queuedBytes ?? 0) < mostHeldBytes };
  }

  #hold(chunk: unknown): void {
    this.#received.push(chunk);
    this.#heldBytes += Buffer.isBuffer(chunk) ? chunk.length : 0;
  }

  #pace(chunk: unknown): void {
    this.#in?.add(chunk === null ? null : (chunk as Buffer));
  }

  #release(): void {
    if (this.#receiving || (this.#isBlackHole && this.#sending)) return;
    const received = this.#received;
    this.#received = [];
    this.#heldBytes = 0;
    for (const chunk of received) {
      if (this.#in) this.#pace(chunk);
      else this.#deliver(chunk);
    }
  }

  #deliver(chunk: unknown): void {
    if (this.#socket.destroyed) return;
    this.isFresh = true;
    this.#push?.(chunk);
    // As node:net does at the end of a stream, so that a reader that is not reading learns of it.
    if (chunk === null) this.#socket.read(0);
  }

  #drop(): void {
    this.#sending?.cancel();
    this.#receiving?.cancel();
    this.#out?.cancel();
    this.#in?.cancel();
    this.#received = [];
    // As for bytes that the kernel had not taken when a socket was closed.
    this.#unsent?.();
  }
}
