/** Users of the shop, for k6: some browse, some buy. The load of the experiments. */
import type { Options } from 'k6/options';
import { arrivals } from './arrivals.ts';
import { browseRate, checkoutRate, duration } from './settings.ts';

export { browse, checkout } from './journeys.ts';

export const options: Options = {
  scenarios: {
    browse: arrivals({ journey: 'browse', rate: browseRate, duration }),
    checkout: arrivals({ journey: 'checkout', rate: checkoutRate, duration }),
  },
  // Few labels: each combination is a series that Prometheus stores every second. The name tells route and method.
  systemTags: ['name', 'method', 'status', 'expected_response'],
  summaryTrendStats: ['avg', 'med', 'p(95)', 'p(99)', 'max'],
  discardResponseBodies: true,
  // For a load that is run alone; an experiment has its own probes. Naming a journey makes k6 count it apart.
  thresholds: {
    shop_browse_duration: ['p(99)<500'],
    shop_checkout_duration: ['p(99)<500'],
    ...Object.fromEntries(
      ['browse', 'checkout'].flatMap((journey) => [
        [`shop_good{journey:${journey}}`, ['count>0']],
        [`shop_degraded{journey:${journey}}`, ['count>=0']],
        [`shop_bad{journey:${journey}}`, ['count<1']],
      ]),
    ),
  },
};
