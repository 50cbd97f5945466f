import { type Database, problem } from '@pado/kit';

export interface ReservationItem {
  readonly productId: number;
  readonly quantity: number;
}

/**
 * Sets stock aside for an order, once: the same order again changes nothing. A reservation that was released before it
 * was made (the release overtook it) stays released.
 */
export function reserve(db: Database, orderId: string, items: readonly ReservationItem[]): Promise<void> {
  return db.transaction(async (tx) => {
    const { rowCount } = await tx.query('INSERT INTO reservations (order_id) VALUES ($1) ON CONFLICT DO NOTHING', [
      orderId,
    ]);
    if (rowCount === 0) {
      const { rows } = await tx.query<{ released: boolean }>('SELECT released FROM reservations WHERE order_id = $1', [
        orderId,
      ]);
      if (rows[0]?.released)
        throw problem(409, 'reservation_released', `The reservation of order ${orderId} has been released.`);
      return;
    }
    // Always in the order of product ids, so that two orders never wait for each other.
    for (const { productId, quantity } of [...items].sort((a, b) => a.productId - b.productId)) {
      const taken = await tx.query(
        'UPDATE stock SET available = available - $2 WHERE product_id = $1 AND available >= $2',
        [productId, quantity],
      );
      if (taken.rowCount === 0)
        throw problem(409, 'out_of_stock', `Fewer than ${quantity} of product ${productId} are left.`);
      await tx.query('INSERT INTO reservation_items (order_id, product_id, quantity) VALUES ($1, $2, $3)', [
        orderId,
        productId,
        quantity,
      ]);
    }
  });
}

/** Gives the stock back, once; an order that never reserved is marked, so that a late reservation takes nothing. */
export function release(db: Database, orderId: string): Promise<void> {
  return db.transaction(async (tx) => {
    const marked = await tx.query(
      `INSERT INTO reservations (order_id, released) VALUES ($1, true)
       ON CONFLICT (order_id) DO UPDATE SET released = true WHERE NOT reservations.released
       RETURNING order_id`,
      [orderId],
    );
    if (marked.rowCount === 0) return;
    await tx.query(
      `UPDATE stock SET available = available + items.quantity
       FROM (SELECT product_id, quantity FROM reservation_items WHERE order_id = $1 ORDER BY product_id) AS items
       WHERE stock.product_id = items.product_id`,
      [orderId],
    );
  });
}
