import type { App, PeerClient } from '@pado/kit';
import Type, { type Static } from 'typebox';
import { atPriority } from '../at-priority.ts';
import { priorities } from '../priorities.ts';
import { answers, page, product, productId } from '../schemas.ts';

const tags = ['catalog'];
const browsing = { priority: priorities.browsing };
const products = Type.Object({ items: Type.Array(product) });
const productPage = Type.Object({
  ...product.properties,
  recommendations: Type.Array(product),
  degraded: Type.Boolean({ description: 'Recommendations could not be had' }),
});

export function addProductRoutes(
  app: App,
  { catalog, recommendations }: Record<'catalog' | 'recommendations', PeerClient>,
): void {
  const list = (query: Record<string, string | number | undefined>) =>
    catalog.request<Static<typeof products>>({ method: 'GET', path: '/products', route: '/products', query });

  const browse = Type.Object({ ...page, category: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })) });
  app.get(
    '/products',
    {
      config: browsing,
      schema: { summary: 'Browse products', tags, querystring: browse, response: answers(200, products) },
    },
    ({ query }) => list(query),
  );

  const search = Type.Object({ ...page, q: Type.String({ minLength: 1, maxLength: 100 }) });
  app.get(
    '/search',
    {
      config: browsing,
      schema: { summary: 'Search products', tags, querystring: search, response: answers(200, products) },
    },
    ({ query }) => list(query),
  );

  app.get(
    '/products/:id',
    {
      config: { priority: priorities.looking },
      schema: {
        summary: 'A product, with what goes with it',
        tags,
        params: Type.Object({ id: productId }),
        response: answers(200, productPage),
      },
    },
    async ({ params: { id } }) => {
      const [found, recommended] = await Promise.all([
        catalog.request<Static<typeof product>>({ method: 'GET', path: `/products/${id}`, route: '/products/:id' }),
        atPriority(priorities.extra, () =>
          recommendations.request<Static<typeof products> & { degraded?: true }>({
            method: 'GET',
            path: `/recommendations/${id}`,
            route: '/recommendations/:productId',
            // A product page without recommendations is still a product page.
            fallback: () => ({ items: [], degraded: true }),
          }),
        ),
      ]);
      return { ...found, recommendations: recommended.items, degraded: recommended.degraded ?? false };
    },
  );
}
