import type { Database } from '@pado/kit';
import type { PoolClient } from 'pg';
import type { Events } from './events.ts';
import type { Order, OrderItem } from './order.ts';

const columns = `id, cart_id AS "cartId", payment_method AS "paymentMethod", items, total_cents AS "totalCents", status, reason`;

/** The orders table. Methods that take a `tx` expect the caller to hold the row's lock. */
export class OrderBook {
  readonly #db: Database;
  readonly #events: Events;

  constructor(db: Database, events: Events) {
    this.#db = db;
    this.#events = events;
  }

  async find(id: string): Promise<Order | undefined> {
    return (await this.#db.query<Order>(`SELECT ${columns} FROM orders WHERE id = $1`, [id]))[0];
  }

  /** Writes a new order; one that is there already stays as it is. */
  async insert(order: Omit<Order, 'status' | 'reason'>, idempotencyKey: string): Promise<void> {
    await this.#db.query(
      `INSERT INTO orders (id, idempotency_key, cart_id, payment_method, items, total_cents)
       VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
      [order.id, idempotencyKey, order.cartId, order.paymentMethod, JSON.stringify(order.items), order.totalCents],
    );
  }

  /** Runs `work` in a transaction that holds the order's row from beginning to end. */
  locked<T>(id: string, work: (order: Order, tx: PoolClient) => Promise<T>): Promise<T> {
    return this.#db.transaction(async (tx) => {
      const { rows } = await tx.query<Order>(`SELECT ${columns} FROM orders WHERE id = $1 FOR UPDATE`, [id]);
      const [order] = rows;
      if (order === undefined) throw new Error(`order ${id} has vanished`);
      return work(order, tx);
    });
  }

  async confirm(tx: PoolClient, id: string): Promise<void> {
    await tx.query(`UPDATE orders SET status = 'confirmed', updated_at = now() WHERE id = $1`, [id]);
    await this.#events.orderConfirmed(tx, id);
  }

  async postpone(tx: PoolClient, id: string): Promise<void> {
    await tx.query(`UPDATE orders SET status = 'payment_pending', updated_at = now() WHERE id = $1`, [id]);
  }

  /** Stock and money are given back later (reconcile.ts): a rejection never waits for a peer. */
  async reject(tx: PoolClient, id: string, reason: string): Promise<void> {
    await tx.query(
      `UPDATE orders SET status = 'rejected', reason = $2, cleanup_needed = true, updated_at = now() WHERE id = $1`,
      [id, reason],
    );
  }

  async cleanedUp(id: string): Promise<void> {
    await this.#db.query('UPDATE orders SET cleanup_needed = false, updated_at = now() WHERE id = $1', [id]);
  }

  async pendingCount(): Promise<number> {
    const [row] = await this.#db.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM orders WHERE status = 'payment_pending'`,
    );
    return row?.count ?? 0;
  }

  /** Oldest first. */
  pending(limit: number): Promise<Order[]> {
    return this.#db.query<Order>(
      `SELECT ${columns} FROM orders WHERE status = 'payment_pending' ORDER BY updated_at LIMIT $1`,
      [limit],
    );
  }

  /** Orders whose checkout was cut off: nobody holds their row any more, and nobody has touched it for a while. */
  abandoned(olderThanSeconds: number, limit: number): Promise<Order[]> {
    return this.#db.query<Order>(
      `SELECT ${columns} FROM orders WHERE status = 'placing' AND updated_at < now() - make_interval(secs => $1)
       ORDER BY updated_at LIMIT $2 FOR UPDATE SKIP LOCKED`,
      [olderThanSeconds, limit],
    );
  }

  uncleaned(limit: number): Promise<Order[]> {
    return this.#db.query<Order>(`SELECT ${columns} FROM orders WHERE cleanup_needed ORDER BY updated_at LIMIT $1`, [
      limit,
    ]);
  }
}

export const totalCents = (items: readonly OrderItem[]): number =>
  items.reduce((sum, item) => sum + item.priceCents * item.quantity, 0);
