import type { RefinedResponse, ResponseType } from 'k6/http';
import { Counter, Trend } from 'k6/metrics';

/** good: as promised, in time; degraded: less than usual, but an answer; bad: an error, a timeout, or a wrong answer. */
export type Outcome = 'good' | 'degraded' | 'bad';

const counters = {
  good: new Counter('shop_good'),
  degraded: new Counter('shop_degraded'),
  bad: new Counter('shop_bad'),
};
const durations = {
  browse: new Trend('shop_browse_duration', true),
  checkout: new Trend('shop_checkout_duration', true),
  list: new Trend('shop_list_duration', true),
  product: new Trend('shop_product_duration', true),
  search: new Trend('shop_search_duration', true),
  stock: new Trend('shop_stock_duration', true),
  shipment: new Trend('shop_shipment_duration', true),
};
export type Journey = keyof typeof durations;

/** Counts one answer to a user. All three counters move, by 0 or 1, so that each is there from the first answer on. */
export function count(journey: Journey, outcome: Outcome, durationMs: number): void {
  const tags = { journey };
  for (const name of ['good', 'degraded', 'bad'] as const) counters[name].add(name === outcome ? 1 : 0, tags);
  durations[journey].add(durationMs, tags);
}

/** The body as JSON; undefined when there is none, as after a timeout. */
export function bodyOf<T>(response: RefinedResponse<ResponseType>): Partial<T> | undefined {
  try {
    return response.json() as unknown as Partial<T>;
  } catch {
    return undefined;
  }
}
