import type { App, PeerClient } from '@pado/kit';
import Type from 'typebox';
import { type Product, recommend } from '../recommend.ts';

const params = Type.Object({ productId: Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 }) });
const querystring = Type.Object({ limit: Type.Integer({ minimum: 1, maximum: 20, default: 4 }) });

export function addRecommendationRoutes(app: App, catalog: PeerClient): void {
  app.get(
    '/recommendations/:productId',
    { schema: { params, querystring } },
    async ({ params: { productId }, query: { limit } }) => {
      const product = await catalog.request<Product>({
        method: 'GET',
        path: `/products/${productId}`,
        route: '/products/:id',
      });
      const { items } = await catalog.request<{ items: Product[] }>({
        method: 'GET',
        path: '/products',
        route: '/products',
        query: { category: product.category, limit: 100 },
      });
      return { items: recommend(product, items, limit) };
    },
  );
}
