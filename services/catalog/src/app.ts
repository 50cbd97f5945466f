import { defineService } from '@pado/kit';
import Type from 'typebox';
import { addProductRoutes } from './routes/products.ts';

/** What is sold: browse, search and look at products. */
export const catalog = defineService({
  name: 'catalog',
  config: Type.Object({}),
  peers: [],
  database: { migrations: new URL('../migrations/', import.meta.url) },
  build: async (app, { db }) => addProductRoutes(app, db),
});
