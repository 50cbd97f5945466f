/**
 * Checkouts alone, each with a line in the ledger: key, status, order and cart. Later `ledger-check.ts` asks the shop
 * what became of them, for virtual users share no memory with one another, nor with a teardown.
 *
 *     k6 run --log-format raw --console-output ledger.ndjson load/checkout-ledger.ts
 *     k6 run --env LEDGER=ledger.ndjson load/ledger-check.ts
 */
import { objective, plan } from './lib/plan.ts';
import { checkoutRate, duration } from './settings.ts';

export { checkout } from './lib/judged.ts';

export const options = plan({
  checkout: { journey: 'checkout', rate: checkoutRate, duration, objective },
});
