import { requestMemoryConfig } from '@pado/kit';
import Type, { type Static } from 'typebox';

const whole = (description: string, maximum: number) =>
  Type.Integer({ default: 0, minimum: 0, maximum, description: `${description}, 0 (none, the default) to ${maximum}` });

/** The catalog's own environment: by default no cache, and the real database alone. */
export const config = Type.Object({
  SHOP_CACHE_TTL_MS: whole('milliseconds for which an entry is fresh', 86_400_000),
  SHOP_CACHE_MAX_ENTRIES: Type.Integer({
    default: 10_000,
    minimum: 1,
    maximum: 1_000_000,
    description: 'a number of entries from 1 to 1000000',
  }),
  SHOP_CACHE_PRELOAD: Type.Boolean({ default: false, description: 'true (the cache is filled at start) or false' }),
  SHOP_DB_SLOTS: whole('queries of the virtual database at a time', 10_000),
  SHOP_DB_TIME_MS: whole('milliseconds that each query of the virtual database takes', 600_000),
  ...requestMemoryConfig,
});

export type CatalogConfig = Static<typeof config>;
