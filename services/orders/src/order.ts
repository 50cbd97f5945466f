import { createHash } from 'node:crypto';

export type OrderStatus = 'placing' | 'payment_pending' | 'confirmed' | 'rejected';

export interface OrderItem {
  readonly productId: number;
  readonly name: string;
  readonly priceCents: number;
  readonly quantity: number;
}

export interface Order {
  readonly id: string;
  readonly cartId: string;
  readonly paymentMethod: string;
  readonly items: readonly OrderItem[];
  readonly totalCents: number;
  readonly status: OrderStatus;
  readonly reason: string | null;
}

export const currency = 'KRW';

/**
 * The order's id follows from its idempotency key (a name-based UUID, RFC 9562 version 8), so that a repeated checkout
 * reserves and charges under the same id, even when the first one left no trace of itself.
 */
export function orderIdFor(idempotencyKey: string): string {
  const bytes = createHash('sha256').update('pado-order:').update(idempotencyKey).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
