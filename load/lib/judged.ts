import { Rate } from 'k6/metrics';
import * as journeys from '../journeys.ts';

/** The share of users who got a bad answer, 0 to 1; apart from `shop_bad` because k6 judges shares of a Rate only. */
const badShare = new Rate('shop_bad_share');

export function browse(): void {
  badShare.add(journeys.browse() === 'bad', { journey: 'browse' });
}

export function checkout(): void {
  badShare.add(journeys.checkout() === 'bad', { journey: 'checkout' });
}
