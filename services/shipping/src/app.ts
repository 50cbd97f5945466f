import { defineService } from '@pado/kit';
import Type from 'typebox';
import { consumeOrders } from './consume-orders.ts';
import { addShipmentRoutes } from './routes/shipments.ts';

/** Ships confirmed orders; hears of them by events, so nobody waits for it. */
export const shipping = defineService({
  name: 'shipping',
  config: Type.Object({}),
  peers: [],
  database: { migrations: new URL('../migrations/', import.meta.url) },
  build: async (app, context) => {
    addShipmentRoutes(app, context.db);
    context.onClose(await consumeOrders(context));
  },
});
