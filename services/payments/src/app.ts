import { defineService } from '@pado/kit';
import { Counter } from 'prom-client';
import Type from 'typebox';
import { addChargeRoutes } from './routes/charges.ts';
import { addRefundRoutes } from './routes/refunds.ts';

/** Takes and gives back money, each at most once. */
export const payments = defineService({
  name: 'payments',
  config: Type.Object({}),
  peers: [],
  database: { migrations: new URL('../migrations/', import.meta.url) },
  build: async (app, { db, metrics }) => {
    const outcomes = new Counter({
      name: 'shop_charges_total',
      help: 'Charges by outcome; repeated calls of the same charge are not counted again.',
      labelNames: ['outcome'],
      registers: [metrics.registry],
    });
    addChargeRoutes(app, db, (outcome) => outcomes.inc({ outcome }));
    addRefundRoutes(app, db, (outcome) => outcomes.inc({ outcome }));
  },
});
