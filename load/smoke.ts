/** Does the shop work at all? A few users for some seconds, and not one bad answer. */
import { duration, whole } from './env.ts';
import { objective, plan } from './lib/plan.ts';

export { browse, checkout } from './lib/judged.ts';

const lasts = duration('DURATION', '10s');
const strict = { ...objective, badPercent: 0 };

export const options = plan({
  browse: { journey: 'browse', rate: whole('BROWSE_RATE', 2), duration: lasts, objective: strict },
  checkout: { journey: 'checkout', rate: whole('CHECKOUT_RATE', 1), duration: lasts, objective: strict },
});
