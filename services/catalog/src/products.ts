import type { Database } from '@pado/kit';

export interface Product {
  readonly id: number;
  readonly name: string;
  readonly category: string;
  readonly description: string;
  readonly priceCents: number;
}

export interface ProductFilter {
  readonly q?: string | undefined;
  readonly category?: string | undefined;
  readonly limit: number;
  readonly offset: number;
}

const columns = 'id, name, category, description, price_cents AS "priceCents"';

export const findProducts = (db: Database, { q, category, limit, offset }: ProductFilter): Promise<Product[]> =>
  db.query<Product>(
    `SELECT ${columns} FROM products
     WHERE ($1::text IS NULL OR search @@ websearch_to_tsquery('simple', $1)) AND ($2::text IS NULL OR category = $2)
     ORDER BY id LIMIT $3 OFFSET $4`,
    [q ?? null, category ?? null, limit, offset],
  );

export const productsById = (db: Database, ids: readonly number[]): Promise<Product[]> =>
  db.query<Product>(`SELECT ${columns} FROM products WHERE id = ANY($1::int[]) ORDER BY id`, [ids]);

export const allProducts = (db: Database): Promise<Product[]> =>
  db.query<Product>(`SELECT ${columns} FROM products ORDER BY id`);
