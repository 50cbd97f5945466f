import type { App, PeerClient } from '@pado/kit';
import Type from 'typebox';
import { page, productId } from '../schemas.ts';

export function addProductRoutes(
  app: App,
  { catalog, recommendations }: Record<'catalog' | 'recommendations', PeerClient>,
): void {
  const list = (query: Record<string, string | number | undefined>) =>
    catalog.request({ method: 'GET', path: '/products', route: '/products', query });

  app.get(
    '/products',
    {
      schema: {
        summary: 'Browse products',
        tags: ['catalog'],
        querystring: Type.Object({ ...page, category: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })) }),
      },
    },
    ({ query }) => list(query),
  );

  app.get(
    '/search',
    {
      schema: {
        summary: 'Search products',
        tags: ['catalog'],
        querystring: Type.Object({ ...page, q: Type.String({ minLength: 1, maxLength: 100 }) }),
      },
    },
    ({ query }) => list(query),
  );

  app.get(
    '/products/:id',
    {
      schema: {
        summary: 'A product, with what goes with it',
        tags: ['catalog'],
        params: Type.Object({ id: productId }),
      },
    },
    async ({ params: { id } }) => {
      const [product, recommended] = await Promise.all([
        catalog.request<object>({ method: 'GET', path: `/products/${id}`, route: '/products/:id' }),
        recommendations.request<{ items: unknown[]; degraded?: true }>({
          method: 'GET',
          path: `/recommendations/${id}`,
          route: '/recommendations/:productId',
          // A product page without recommendations is still a product page.
          fallback: () => ({ items: [], degraded: true }),
        }),
      ]);
      return { ...product, recommendations: recommended.items, degraded: recommended.degraded ?? false };
    },
  );
}
