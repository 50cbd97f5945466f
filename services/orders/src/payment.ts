import type { PeerClient, PeerError } from '@pado/kit';
import { currency, type Order } from './order.ts';

/** Charges an order; the key is the order's id, so that a repeated call never takes money twice. */
export async function chargeOrder(
  payments: PeerClient,
  order: Order,
  fallback?: (error: PeerError) => 'pending',
): Promise<'charged' | 'pending'> {
  return payments
    .request<'charged' | 'pending'>({
      method: 'POST',
      path: '/charges',
      route: '/charges',
      idempotencyKey: order.id,
      body: { orderId: order.id, amountCents: order.totalCents, currency, method: order.paymentMethod },
      ...(fallback === undefined ? {} : { fallback }),
    })
    .then((answer) => (answer === 'pending' ? 'pending' : 'charged'));
}
