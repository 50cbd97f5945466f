import type { App } from '@pado/kit';

/** The OpenAPI document at /openapi.json and its page at /docs, made from the routes' schemas. */
export async function addDocumentation(app: App): Promise<void> {
  const [{ default: swagger }, { default: swaggerUi }] = await Promise.all([
    import('@fastify/swagger'),
    import('@fastify/swagger-ui'),
  ]);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Pado shop',
        version: '1',
        description: 'Browse, fill a cart, check out. Prices are integers in cents.',
      },
    },
  });
  await app.register(swaggerUi, { routePrefix: '/docs' });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
}
