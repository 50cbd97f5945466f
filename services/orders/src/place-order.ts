import { type PeerClient, PeerError, type Problem, problem } from '@pado/kit';
import type { OrderOutcome } from './metrics.ts';
import { type Order, type OrderItem, orderIdFor } from './order.ts';
import type { OrderBook } from './order-book.ts';
import { chargeOrder } from './payment.ts';

export interface Peers {
  readonly cart: PeerClient;
  readonly inventory: PeerClient;
  readonly payments: PeerClient;
}

export interface Checkout {
  readonly idempotencyKey: string;
  readonly cartId: string;
  readonly paymentMethod: string;
}

/** Places orders. The weakness is planted: the charge happens inside the transaction that holds the order's row. */
export class OrderDesk {
  readonly #book: OrderBook;
  readonly #peers: Peers;
  readonly #count: (outcome: OrderOutcome) => void;

  constructor(parts: { book: OrderBook; peers: Peers; count: (outcome: OrderOutcome) => void }) {
    this.#book = parts.book;
    this.#peers = parts.peers;
    this.#count = parts.count;
  }

  /** Resolves with the order, confirmed or waiting for its payment; throws the problem that rejected it. */
  async place(checkout: Checkout): Promise<Order> {
    const id = orderIdFor(checkout.idempotencyKey);
    const earlier = await this.#book.find(id);
    if (earlier === undefined) await this.#open(id, checkout);
    else if (earlier.cartId !== checkout.cartId || earlier.paymentMethod !== checkout.paymentMethod) {
      throw problem(422, 'idempotency_key_reused', 'This Idempotency-Key was used for a different checkout.');
    }
    const result = await this.#book.locked(id, async (order, tx) => {
      if (order.status !== 'placing') return order;
      try {
        await this.#reserve(order);
        const outcome = await chargeOrder(this.#peers.payments, order, () => 'pending');
        if (outcome === 'pending') {
          await this.#book.postpone(tx, id);
          this.#count('pending');
          return { ...order, status: 'payment_pending' as const };
        }
        await this.#book.confirm(tx, id);
        this.#count('confirmed');
        return { ...order, status: 'confirmed' as const };
      } catch (error) {
        if (!(error instanceof PeerError)) throw error;
        await this.#book.reject(tx, id, error.problem?.code ?? error.message);
        this.#count('rejected');
        // Returned, not thrown: the rejection must be committed.
        return error;
      }
    });
    if (result instanceof PeerError) throw result;
    if (result.status === 'rejected') throw rejected(result);
    return result;
  }

  async #open(id: string, { idempotencyKey, cartId, paymentMethod }: Checkout): Promise<void> {
    const cart = await this.#peers.cart.request<{ items: OrderItem[]; totalCents: number }>({
      method: 'GET',
      path: `/carts/${cartId}`,
      route: '/carts/:id',
    });
    if (cart.items.length === 0) throw problem(409, 'cart_empty', `Cart ${cartId} is empty.`);
    await this.#book.insert(
      { id, cartId, paymentMethod, items: cart.items, totalCents: cart.totalCents },
      idempotencyKey,
    );
  }

  async #reserve(order: Order): Promise<void> {
    await this.#peers.inventory.request({
      method: 'POST',
      path: '/reservations',
      route: '/reservations',
      idempotencyKey: order.id,
      body: { orderId: order.id, items: order.items.map(({ productId, quantity }) => ({ productId, quantity })) },
    });
  }
}

const rejected = (order: Order): Problem =>
  problem(
    409,
    'order_rejected',
    `Order ${order.id} was rejected (${order.reason ?? 'unknown'}); check out again with a new Idempotency-Key.`,
  );
