import { Cache, cacheMetrics, defineService, holdMemory, type ServiceContext } from '@pado/kit';
import { type CatalogConfig, config } from './config.ts';
import { type ProductCache, ProductStore } from './product-store.ts';
import { addCacheRoutes } from './routes/cache.ts';
import { addProductRoutes } from './routes/products.ts';
import { VirtualDatabase } from './virtual-database.ts';

/** What is sold: browse, search and look at products. */
export const catalog = defineService({
  name: 'catalog',
  config,
  peers: [],
  database: { migrations: new URL('../migrations/', import.meta.url) },
  build: async (app, context) => {
    const { db } = context;
    const values = context.config;
    holdMemory(app, values.SHOP_REQUEST_MEMORY_KB);
    const capacity = new VirtualDatabase({ slots: values.SHOP_DB_SLOTS, timeMs: values.SHOP_DB_TIME_MS });
    const cache = cacheOf(context);
    const store = new ProductStore(db, capacity, cache);
    if (cache !== undefined) {
      addCacheRoutes(app, cache);
      if (values.SHOP_CACHE_PRELOAD) await store.preload();
    }
    addProductRoutes(app, store);
  },
});

function cacheOf({ config: values, metrics, policy }: ServiceContext<CatalogConfig>): ProductCache | undefined {
  if (values.SHOP_CACHE_TTL_MS === 0) return undefined;
  const cache: ProductCache = new Cache({
    ttlMs: values.SHOP_CACHE_TTL_MS,
    maxEntries: values.SHOP_CACHE_MAX_ENTRIES,
    policy: () => policy().cache ?? {},
    ...cacheMetrics(metrics.registry, () => cache.size),
  });
  return cache;
}
