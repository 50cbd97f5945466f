import { type Database, problem } from '@pado/kit';

export interface CartItem {
  readonly productId: number;
  readonly name: string;
  readonly priceCents: number;
  readonly quantity: number;
}

export interface Cart {
  readonly id: string;
  readonly items: readonly CartItem[];
  readonly totalCents: number;
}

export const totalCents = (items: readonly CartItem[]): number =>
  items.reduce((sum, item) => sum + item.priceCents * item.quantity, 0);

export async function getCart(db: Database, id: string): Promise<Cart> {
  const rows = await db.query<CartItem & { productId: number | null }>(
    `SELECT product_id AS "productId", name, price_cents AS "priceCents", quantity
     FROM carts LEFT JOIN cart_items ON cart_id = id WHERE id = $1 ORDER BY product_id`,
    [id],
  );
  if (rows.length === 0) throw noCart(id);
  const items = rows.filter((row) => row.productId !== null);
  return { id, items, totalCents: totalCents(items) };
}

export const noCart = (id: string) => problem(404, 'cart_not_found', `There is no cart ${id}.`);
