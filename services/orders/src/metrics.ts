import { Counter, Gauge, type Registry } from 'prom-client';
import type { OrderBook } from './order-book.ts';

export type OrderOutcome = 'confirmed' | 'pending' | 'settled' | 'rejected';

/** What the shop's owner watches; returns the function that counts an outcome. */
export function addOrderMetrics(registry: Registry, book: OrderBook): (outcome: OrderOutcome) => void {
  new Gauge({
    name: 'shop_orders_pending_payment',
    help: 'Orders that were accepted and are not yet paid, counted in the database.',
    registers: [registry],
    async collect() {
      // A database that cannot be asked makes the value unknown, not zero; the scrape must go on.
      this.set(await book.pendingCount().catch(() => Number.NaN));
    },
  });
  const outcomes = new Counter({
    name: 'shop_orders_total',
    help: 'Orders by outcome; one that was pending is counted again when it is settled.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  return (outcome) => outcomes.inc({ outcome });
}
