/** An ordinary day: the rates of `shop.ts`, judged by the objectives alone, for as long as is said. */
import { duration } from './env.ts';
import { objective, plan } from './lib/plan.ts';
import { browseRate, checkoutRate } from './settings.ts';

export { browse, checkout } from './lib/judged.ts';

const lasts = duration('DURATION', '5m');

export const options = plan({
  browse: { journey: 'browse', rate: browseRate, duration: lasts, objective },
  checkout: { journey: 'checkout', rate: checkoutRate, duration: lasts, objective },
});
