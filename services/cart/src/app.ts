import { defineService } from '@pado/kit';
import Type from 'typebox';
import { addCartRoutes } from './routes/carts.ts';
import { addItemRoutes } from './routes/items.ts';

/** What a customer wants to buy; prices are fixed when an item is put in. */
export const cart = defineService({
  name: 'cart',
  config: Type.Object({}),
  peers: ['catalog'],
  database: { migrations: new URL('../migrations/', import.meta.url) },
  build: async (app, { db, client }) => {
    addCartRoutes(app, db);
    addItemRoutes(app, db, client('catalog'));
  },
});
