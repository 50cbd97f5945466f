import { defineService, holdMemory, requestMemoryConfig } from '@pado/kit';
import Type from 'typebox';
import { addReservationRoutes } from './routes/reservations.ts';
import { addStockRoutes } from './routes/stock.ts';

/** How many of each product are left, and for which order some are set aside. */
export const inventory = defineService({
  name: 'inventory',
  config: Type.Object(requestMemoryConfig),
  peers: [],
  database: { migrations: new URL('../migrations/', import.meta.url) },
  build: async (app, { db, config }) => {
    holdMemory(app, config.SHOP_REQUEST_MEMORY_KB);
    addReservationRoutes(app, db);
    addStockRoutes(app, db);
  },
});
