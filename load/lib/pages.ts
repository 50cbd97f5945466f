/** The journeys of one GET each: where it goes, and what a valid answer has. */
import { products } from '../settings.ts';
import type { MixedJourney } from './mix.ts';

/** What answers of the gateway may hold; each field of its own kind, or not there. */
export interface PageBody {
  readonly items: unknown;
  readonly id: unknown;
  readonly available: unknown;
  readonly orderId: unknown;
  readonly degraded: unknown;
}

interface Page {
  readonly route: string;
  /** `dice` is from 0 to below 1; `orderId` is an order that there is. */
  readonly path: (dice: number, orderId: string) => string;
  readonly isValid: (body: Partial<PageBody>) => boolean;
}

const words = ['tent', 'rope', 'mask', 'towel', 'compass'];
const pageSize = 20;
const among = (dice: number, count: number): number => Math.floor(dice * count);
/** A product's number. */
export const productOf = (dice: number): number => 1 + among(dice, products);

export const pages: Readonly<Record<Exclude<MixedJourney, 'checkout'>, Page>> = {
  list: {
    route: '/products',
    // Any place to begin at, so that lists are as many as products, for caches.
    path: (dice) => `/products?limit=${pageSize}&offset=${among(dice, products - pageSize + 1)}`,
    isValid: ({ items }) => Array.isArray(items),
  },
  product: {
    route: '/products/:id',
    path: (dice) => `/products/${productOf(dice)}`,
    isValid: ({ id }) => typeof id === 'number',
  },
  search: {
    route: '/search',
    path: (dice) => `/search?q=${words[among(dice, words.length)]}`,
    isValid: ({ items }) => Array.isArray(items),
  },
  stock: {
    route: '/products/:id/stock',
    path: (dice) => `/products/${productOf(dice)}/stock`,
    isValid: ({ available }) => typeof available === 'number',
  },
  shipment: {
    route: '/orders/:id',
    path: (_, orderId) => `/orders/${orderId}`,
    isValid: ({ orderId }) => typeof orderId === 'string',
  },
};
