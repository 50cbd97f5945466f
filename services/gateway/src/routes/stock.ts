import type { App, PeerClient } from '@pado/kit';
import Type, { type Static } from 'typebox';
import { priorities } from '../priorities.ts';
import { answers, productId, stock } from '../schemas.ts';

export function addStockRoutes(app: App, inventory: PeerClient): void {
  app.get(
    '/products/:id/stock',
    {
      config: { priority: priorities.looking },
      schema: {
        summary: 'How many of a product are left',
        tags: ['catalog'],
        params: Type.Object({ id: productId }),
        response: answers(200, stock),
      },
    },
    ({ params: { id } }) =>
      inventory.request<Static<typeof stock>>({
        method: 'GET',
        path: `/stock/${id}`,
        route: '/stock/:productId',
        // Where inventory has shards, a product is on one of them.
        shardKey: id,
      }),
  );
}
