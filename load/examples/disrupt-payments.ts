/** Users buy, and meanwhile payments is slow and fails now and then: what do the users get? */
import type { Options } from 'k6/options';
import { arrivals } from '../arrivals.ts';
import { ServiceDisruptor } from '../lib/disruptor.ts';

export { checkout as load } from '../lib/judged.ts';

export const options: Options = {
  scenarios: {
    load: { ...arrivals({ journey: 'checkout', rate: 5, duration: '40s' }), exec: 'load' },
    disrupt: { executor: 'shared-iterations', vus: 1, iterations: 1, startTime: '5s', exec: 'disrupt' },
  },
  thresholds: {
    'shop_bad_share{scenario:load}': ['rate<0.05'],
    pado_disruptor_applied: ['count>0'],
  },
};

export function disrupt(): void {
  const disruptor = new ServiceDisruptor('payments', __ENV.NAMESPACE || 'shop', { injectTimeout: '10s' });
  const fault = { averageDelay: '100ms', delayVariation: '50ms', errorRate: 0.1, errorCode: 503 };
  disruptor.injectHTTPFaults(fault, '30s');
}
