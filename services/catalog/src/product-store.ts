import type { Cache, Database } from '@pado/kit';
import { allProducts, findProducts, type Product, type ProductFilter, productsById } from './products.ts';
import type { VirtualDatabase } from './virtual-database.ts';

export type ProductCache = Cache<readonly Product[]>;

/** What the routes answer with, and how fresh it is; without a cache it is always fresh. */
export interface Found {
  readonly products: readonly Product[];
  /** For the Cache-Status header (RFC 9211); undefined where no cache was asked. */
  readonly cacheStatus: string | undefined;
}

/** The page that a shop shows when nobody says otherwise. */
const usualLimit = 20;

/** Products from the cache, where there is one, else from the database. Searches are never cached: few are alike. */
export class ProductStore {
  readonly #db: Database;
  readonly #capacity: VirtualDatabase;
  readonly #cache: ProductCache | undefined;

  constructor(db: Database, capacity: VirtualDatabase, cache: ProductCache | undefined) {
    this.#db = db;
    this.#capacity = capacity;
    this.#cache = cache;
  }

  find(filter: ProductFilter, hasLeft: () => boolean): Promise<Found> {
    const load = () => this.#capacity.query(() => findProducts(this.#db, filter));
    return filter.q === undefined ? this.#get(listKey(filter), load, hasLeft) : uncached(load);
  }

  byIds(ids: readonly number[], hasLeft: () => boolean): Promise<Found> {
    return this.#get(idsKey(ids), () => this.#capacity.query(() => productsById(this.#db, ids)), hasLeft);
  }

  /** Fills all products' entries, and the usual pages of the whole list, with one query past the virtual capacity. */
  async preload(): Promise<void> {
    const products = await allProducts(this.#db);
    for (const product of products) this.#cache?.set(idsKey([product.id]), [product]);
    for (let offset = 0; offset < products.length; offset++)
      this.#cache?.set(listKey({ limit: usualLimit, offset }), products.slice(offset, offset + usualLimit));
  }

  async #get(key: string, load: () => Promise<Product[]>, hasLeft: () => boolean): Promise<Found> {
    if (this.#cache === undefined) return uncached(load);
    const { value, result, ttlMs } = await this.#cache.get(key, load, { hasLeft });
    const detail = result === 'miss' ? 'fwd=miss' : `hit; ttl=${Math.floor(ttlMs / 1000)}`;
    return { products: value, cacheStatus: `catalog; ${detail}` };
  }
}

const uncached = async (load: () => Promise<Product[]>): Promise<Found> => ({
  products: await load(),
  cacheStatus: undefined,
});
const listKey = ({ category, limit, offset }: ProductFilter): string => `list:${category ?? ''}:${limit}:${offset}`;
const idsKey = (ids: readonly number[]): string => `ids:${[...new Set(ids)].sort((a, b) => a - b).join(',')}`;
