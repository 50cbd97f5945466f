import { PeerError } from '@pado/kit';
import type { FastifyBaseLogger } from 'fastify';
import type { OrderOutcome } from './metrics.ts';
import type { Order } from './order.ts';
import type { OrderBook } from './order-book.ts';
import { chargeOrder } from './payment.ts';
import type { Peers } from './place-order.ts';

const everyMs = 1_000;
const batch = 25;
const concurrency = 5;

/** A checkout that was cut off is rejected after this long: its caller has heard nothing, and may repeat it until then. */
const abandonedAfterSeconds = 30;

interface Parts {
  readonly book: OrderBook;
  readonly peers: Peers;
  readonly count: (outcome: OrderOutcome) => void;
  readonly log: FastifyBaseLogger;
}

/** Finishes what checkouts left: settles pending payments, rejects abandoned orders, gives back stock and money. */
export class Reconciler {
  readonly #parts: Parts;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  start(): void {
    this.#running = this.#loop();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #loop(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      let busy = false;
      for (const step of [this.#settle, this.#rejectAbandoned, this.#cleanUp]) {
        try {
          busy = (await step.call(this)) || busy;
        } catch (error) {
          this.#parts.log.warn({ err: error }, 'reconciling will be tried again');
        }
      }
      if (!busy) await pause(everyMs, this.#stopping.signal);
    }
  }

  /**
   * Charges the oldest pending order alone first: while payments is in trouble, this asks once a second instead of
   * hammering it with the whole backlog. Resolves to whether there may be more to do at once.
   */
  async #settle(): Promise<boolean> {
    const [first, ...rest] = await this.#parts.book.pending(batch);
    if (first === undefined || !(await this.#settleOne(first))) return false;
    const waiting = [...rest];
    const worker = async () => {
      for (let order = waiting.shift(); order !== undefined; order = waiting.shift()) {
        if (!(await this.#settleOne(order))) waiting.length = 0;
      }
    };
    await Promise.all(Array.from({ length: concurrency }, worker));
    return rest.length === batch - 1;
  }

  /** Resolves to whether payments answered. */
  async #settleOne({ id }: Order): Promise<boolean> {
    const { book, peers, count, log } = this.#parts;
    return book.locked(id, async (order, tx) => {
      if (order.status !== 'payment_pending') return true;
      try {
        await chargeOrder(peers.payments, order);
        await book.confirm(tx, id);
        count('settled');
        return true;
      } catch (error) {
        if (!(error instanceof PeerError)) throw error;
        if (error.isFailure) {
          // To the end of the line, so that one order that always fails cannot hold up the others.
          await book.postpone(tx, id);
          return false;
        }
        log.info({ orderId: id, reason: error.message }, 'a pending payment was refused');
        await book.reject(tx, id, error.problem?.code ?? error.message);
        count('rejected');
        return true;
      }
    });
  }

  async #rejectAbandoned(): Promise<boolean> {
    const { book, count } = this.#parts;
    const abandoned = await book.abandoned(abandonedAfterSeconds, batch);
    for (const { id } of abandoned) {
      await book.locked(id, async (order, tx) => {
        if (order.status !== 'placing') return;
        await book.reject(tx, id, 'abandoned');
        count('rejected');
      });
    }
    return abandoned.length === batch;
  }

  async #cleanUp(): Promise<boolean> {
    const { book, peers } = this.#parts;
    const uncleaned = await book.uncleaned(batch);
    for (const { id } of uncleaned) {
      await peers.inventory.request({ method: 'DELETE', path: `/reservations/${id}`, route: '/reservations/:orderId' });
      await peers.payments.request({
        method: 'POST',
        path: '/refunds',
        route: '/refunds',
        idempotencyKey: id,
        body: { orderId: id },
      });
      await book.cleanedUp(id);
    }
    return uncleaned.length === batch;
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
