import { Client } from 'pg';

/** One line of the load's ledger: what a checkout was answered. */
export interface LedgerLine {
  readonly key: string;
  readonly status: number;
  readonly orderId: string | null;
}

const stockPerProduct = 100_000;

/** Everything that would mean an order lost, doubled, unpaid or unpayable; each query returns the offenders. */
const rules: Readonly<Record<string, string>> = {
  'a confirmed order without exactly one charge': `
    SELECT o.id FROM orders.orders o LEFT JOIN payments.charges c ON c.order_id = o.id AND c.status = 'charged'
    WHERE o.status = 'confirmed' GROUP BY o.id HAVING count(c.id) <> 1`,
  'a confirmed order without its reservation': `
    SELECT o.id FROM orders.orders o LEFT JOIN inventory.reservations r ON r.order_id = o.id AND NOT r.released
    WHERE o.status = 'confirmed' AND r.order_id IS NULL`,
  'a charge kept for an order that is not confirmed': `
    SELECT c.order_id AS id FROM payments.charges c LEFT JOIN orders.orders o ON o.id = c.order_id
    WHERE c.status = 'charged' AND o.status IS DISTINCT FROM 'confirmed'`,
  'stock kept for an order that is not confirmed': `
    SELECT r.order_id AS id FROM inventory.reservations r LEFT JOIN orders.orders o ON o.id = r.order_id
    WHERE NOT r.released AND o.status IS DISTINCT FROM 'confirmed'`,
  'an order left unfinished': `SELECT id FROM orders.orders WHERE status IN ('placing', 'payment_pending') OR cleanup_needed`,
  'a product whose stock does not add up': `
    SELECT s.product_id::text AS id FROM inventory.stock s
    LEFT JOIN (SELECT product_id, sum(quantity) AS taken FROM inventory.reservation_items JOIN inventory.reservations USING (order_id)
               WHERE NOT released GROUP BY product_id) t USING (product_id)
    WHERE s.available + coalesce(t.taken, 0) <> ${stockPerProduct}`,
  'a confirmed order that is not shipped': `
    SELECT o.id FROM orders.orders o LEFT JOIN shipping.shipments s ON s.order_id = o.id
    WHERE o.status = 'confirmed' AND s.order_id IS NULL`,
};

/** The violations found in the database, and in what the load was told against it. Empty when all is well. */
export async function auditOrders(databaseUrl: string, ledger: readonly LedgerLine[] = []): Promise<string[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const violations: string[] = [];
    for (const [rule, query] of Object.entries(rules)) {
      const { rows } = await client.query<{ id: string }>(query);
      for (const { id } of rows) violations.push(`${rule}: ${id}`);
    }
    const { rows } = await client.query<{ id: string; key: string; status: string }>(
      'SELECT id, idempotency_key AS key, status FROM orders.orders',
    );
    const byKey = new Map(rows.map((row) => [row.key, row]));
    for (const { key, status, orderId } of ledger) {
      const order = byKey.get(key);
      const promised = status === 201 || status === 202;
      if (promised && order === undefined) violations.push(`an order that was promised is lost: ${key}`);
      else if (promised && order?.id !== orderId) violations.push(`an order has another id than was promised: ${key}`);
      else if (promised && order?.status !== 'confirmed')
        violations.push(`an order that was promised is ${order?.status}: ${key}`);
    }
    return violations;
  } finally {
    await client.end();
  }
}

/** Resolves once nothing is unfinished any more; the caller's timeout is the limit. */
export async function settled(databaseUrl: string): Promise<void> {
  for (;;) {
    const open = await auditOrders(databaseUrl);
    if (!open.some((violation) => /unfinished|not shipped/.test(violation))) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
