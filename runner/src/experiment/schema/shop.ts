import { array, boolean, type Described, integer, map, object, oneOf } from '@pado/fault/json-schema';
import { services } from '../../contracts.ts';
import { texts } from './fields.ts';

export const whole = (description: string, minimum: number, maximum: number, fallback?: number) =>
  integer({ description, minimum, maximum, ...(fallback === undefined ? {} : { default: fallback }) });
export const serviceName = oneOf(services, { description: `a service: ${services.join(', ')}` });

/** How the shop is built for this experiment; `pado up --for FILE`, `pado bench` and `npm run cascades` start it so. */
export const shop = object(
  {},
  {
    services: array(serviceName, {
      description: 'the services that are started; without it all',
      minItems: 1,
      maxItems: services.length,
    }),
    replicas: map(whole('how many processes, 1 to 8', 1, 8), {
      description: 'processes of a service, such as {catalog: 2}; default 1',
    }),
    env: map(texts('environment of a service'), {
      description: 'environment by service, such as {catalog: {SHOP_SLOTS: 3}}',
    }),
    heapMb: map(whole('MiB of old space, 16 to 2048', 16, 2_048), {
      description: 'heap by service, whose collector has no thread of its own then; default 192',
    }),
    supervise: boolean({
      description: 'true restarts a process whose /healthz fails, as a kubelet does',
      default: false,
    }),
  },
  { description: 'the shop: {replicas: {catalog: 2}, env: {catalog: {SHOP_SLOTS: 3}}}' },
);

export type ShopSettings = Described<typeof shop>;
