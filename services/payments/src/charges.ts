import { randomUUID } from 'node:crypto';
import { type Database, problem } from '@pado/kit';

export interface ChargeRequest {
  readonly orderId: string;
  readonly amountCents: number;
  readonly currency: string;
  readonly method: string;
}

export interface Charge {
  readonly chargeId: string;
  readonly status: 'charged' | 'declined' | 'refunded';
  /** Whether this call made the charge; false: an earlier call with the same key had. */
  readonly fresh: boolean;
}

/** A method whose charges the bank always declines, for tests and lessons. */
export const declinedMethod = 'declined-card';

/** Charges once a key: a repeated call gets the first one's result, one with other contents is refused. */
export function charge(db: Database, key: string, request: ChargeRequest): Promise<Charge> {
  const { orderId, amountCents, currency, method } = request;
  return db.transaction(async (tx) => {
    // Charge and refund of one order take turns, whichever comes first.
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [orderId]);
    const cancelled = await tx.query('SELECT 1 FROM cancelled_orders WHERE order_id = $1', [orderId]);
    const { rows } = await tx.query<ChargeRequest & { chargeId: string; status: Charge['status'] }>(
      `SELECT id AS "chargeId", status, order_id AS "orderId", amount_cents AS "amountCents", currency, method
       FROM charges WHERE idempotency_key = $1`,
      [key],
    );
    const [earlier] = rows;
    if (earlier !== undefined) {
      const same =
        earlier.orderId === orderId &&
        earlier.amountCents === amountCents &&
        earlier.currency === currency &&
        earlier.method === method;
      if (!same) throw problem(422, 'idempotency_key_reused', 'This Idempotency-Key was used for a different charge.');
      return { chargeId: earlier.chargeId, status: earlier.status, fresh: false };
    }
    if (cancelled.rowCount !== 0) throw problem(409, 'order_cancelled', `Order ${orderId} has been cancelled.`);
    const chargeId = randomUUID();
    const status = method === declinedMethod ? 'declined' : 'charged';
    await tx.query(
      `INSERT INTO charges (id, idempotency_key, order_id, amount_cents, currency, method, status)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [chargeId, key, orderId, amountCents, currency, method, status],
    );
    return { chargeId, status, fresh: true };
  });
}

/** Gives an order's money back, and keeps a charge that is still on its way from ever being made. */
export function refund(db: Database, orderId: string): Promise<number> {
  return db.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [orderId]);
    await tx.query('INSERT INTO cancelled_orders (order_id) VALUES ($1) ON CONFLICT DO NOTHING', [orderId]);
    const { rowCount } = await tx.query(
      `UPDATE charges SET status = 'refunded' WHERE order_id = $1 AND status = 'charged'`,
      [orderId],
    );
    return rowCount ?? 0;
  });
}
