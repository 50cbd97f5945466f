export interface Product {
  readonly id: number;
  readonly name: string;
  readonly category: string;
  readonly priceCents: number;
}

/** Neighbours of the same category by price, the product itself left out; ties by id, so that the answer never varies. */
export function recommend(product: Product, candidates: readonly Product[], limit: number): Product[] {
  const distance = (other: Product) => Math.abs(other.priceCents - product.priceCents);
  return candidates
    .filter((other) => other.id !== product.id)
    .sort((a, b) => distance(a) - distance(b) || a.id - b.id)
    .slice(0, limit);
}
