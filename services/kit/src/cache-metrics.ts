import { Counter, Gauge, type Registry } from 'prom-client';
import type { Cache, CacheOptions } from './cache.ts';

/** The metrics of a service's cache, as the options that feed them; `size` is asked at each scrape. */
export function cacheMetrics(
  registry: Registry,
  size: () => Cache<unknown>['size'],
): Required<Pick<CacheOptions, 'onResult' | 'onLoad'>> {
  const registers = [registry];
  const requests = new Counter({
    name: 'shop_cache_requests_total',
    help: 'Look-ups in the cache; result: hit, miss, stale (past its time, served since it could not be renewed), refused.',
    labelNames: ['result'],
    registers,
  });
  for (const result of ['hit', 'miss', 'stale', 'refused']) requests.inc({ result }, 0);
  const loads = new Counter({
    name: 'shop_cache_loads_total',
    help: 'Loads from the database that the cache began.',
    registers,
  });
  new Gauge({
    name: 'shop_cache_entries',
    help: 'Entries in the cache, those past their time included.',
    registers,
    collect() {
      this.set(size());
    },
  });
  return { onResult: (result) => requests.inc({ result }), onLoad: () => loads.inc() };
}
