import type { App } from '@pado/kit';
import Type from 'typebox';
import type { ProductCache } from '../product-store.ts';

const querystring = Type.Object({
  share: Type.Number({ minimum: 0, maximum: 100, default: 100 }),
  seed: Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1, default: 0 }),
});

/** For experiments with a cold cache. The gateway does not offer it; without a cache there is no such route. */
export function addCacheRoutes(app: App, cache: ProductCache): void {
  app.delete('/cache', { schema: { querystring } }, async ({ query: { share, seed } }) => {
    const flushed = cache.flush(share / 100, seed);
    return { flushed, left: cache.size };
  });
}
