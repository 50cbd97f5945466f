import { defineService } from '@pado/kit';
import Type from 'typebox';
import { Events } from './events.ts';
import { addOrderMetrics } from './metrics.ts';
import { OrderBook } from './order-book.ts';
import { OrderDesk } from './place-order.ts';
import { Reconciler } from './reconcile.ts';
import { addOrderRoutes } from './routes/orders.ts';

/** Turns a cart into an order: reserves, charges, confirms, and mends what was interrupted. */
export const orders = defineService({
  name: 'orders',
  config: Type.Object({}),
  peers: ['cart', 'inventory', 'payments'],
  // Each checkout holds a connection while it charges: more than the gateway lets through, so that the gateway's cap decides.
  database: { migrations: new URL('../migrations/', import.meta.url), poolMax: 20 },
  build: async (app, context) => {
    const { db, client, log, metrics, databaseUrl } = context;
    const events = new Events(databaseUrl, (error) => log.warn({ err: error }, 'the event queue is in trouble'));
    await events.start();
    context.onClose(() => events.close());

    const book = new OrderBook(db, events);
    const count = addOrderMetrics(metrics.registry, book);
    const peers = { cart: client('cart'), inventory: client('inventory'), payments: client('payments') };
    const desk = new OrderDesk({ book, peers, count });
    addOrderRoutes(app, desk, book);

    const reconciler = new Reconciler({ book, peers, count, log });
    reconciler.start();
    context.onClose(() => reconciler.stop());
  },
});
