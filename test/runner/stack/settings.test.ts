import t from 'tap';
import { services } from '../../../runner/src/contracts.ts';
import { serviceSpec } from '../../../runner/src/stack/node-processes.ts';
import {
  processNames,
  requireKnown,
  settingsDiffer,
  settingsWarning,
  startedServices,
} from '../../../runner/src/stack/settings.ts';

t.test('without settings every service is started once', async (t) => {
  t.strictSame(startedServices(), services);
  t.strictSame(
    services.map((service) => processNames(service)),
    services.map((service) => [service]),
  );
});

t.test('starts what is named, in the order of the shop, and numbers replicas from 2', async (t) => {
  t.strictSame(startedServices({ services: ['catalog', 'gateway'] }), ['gateway', 'catalog']);
  t.strictSame(processNames('catalog', { replicas: { catalog: 3 } }), ['catalog', 'catalog-2', 'catalog-3']);
});

t.test('refuses settings of a service that is not started, and guesses what was meant', async (t) => {
  t.throws(() => requireKnown({ replicas: { catlog: 2 } }), {
    code: 'ERR_PADO_INVALID',
    message: /shop\.replicas: no service "catlog" is started; did you mean "catalog"\?/,
  });
  t.throws(() => requireKnown({ services: ['gateway'], env: { cart: { SHOP_SLOTS: 1 } } }), {
    message: /shop\.env: no service "cart" is started.*\(started: gateway\)/,
  });
  t.doesNotThrow(() => requireKnown({ services: ['gateway'], heapMb: { gateway: 64 } }));
});

t.test('what means the same does not differ', async (t) => {
  t.strictSame(settingsDiffer(undefined, {}), []);
  t.strictSame(settingsDiffer({ services: ['gateway', 'catalog'] }, { services: ['catalog', 'gateway'] }), []);
  t.strictSame(
    settingsDiffer(
      { replicas: { cart: 1 }, heapMb: { cart: 192 }, supervise: false, env: { cart: { A: 3 } } },
      {
        env: { cart: { A: '3' } },
      },
    ),
    [],
  );
});

t.test('tells each difference, and how to start the shop of the file', async (t) => {
  const wanted = { replicas: { catalog: 2 }, env: { catalog: { SHOP_SLOTS: 3 } } };
  t.strictSame(settingsDiffer(wanted, undefined), [
    'env.catalog.SHOP_SLOTS: unset instead of 3',
    'replicas.catalog: 1 instead of 2',
  ]);
  t.match(settingsWarning('storm.yaml', wanted, undefined), /"pado up --for storm\.yaml"/);
  t.match(settingsWarning('storm.yaml', { supervise: true }, {}), /supervise: false instead of true.*pado bench/);
  t.equal(settingsWarning('storm.yaml', wanted, wanted), undefined);
  t.equal(settingsWarning('plain.yaml', undefined, wanted), undefined, 'a file that names no shop takes any');
});

t.test('a replica gets its port, its label, its settings, and the URLs of all peers', async (t) => {
  const spec = serviceSpec(
    { service: 'catalog', name: 'catalog-2', port: 4002 },
    {
      installation: '/pado',
      environment: { SHOP_SLOTS: '9', SHOP_LOG_LEVEL: 'warn' },
      compileCache: '/cache',
      logs: '/logs',
      databaseUrl: 'postgres://127.0.0.1:1/shop',
      policiesFile: '/policies.json',
      instances: { catalog: ['http://127.0.0.1:4001', 'http://127.0.0.1:4002'], gateway: ['http://127.0.0.1:4000'] },
      shop: { env: { catalog: { SHOP_SLOTS: 3 }, gateway: { SHOP_SLOTS: 4 } }, heapMb: { catalog: 48 } },
      injection: { bundle: '/injector.cjs' },
    },
  );
  t.match(spec, {
    name: 'catalog-2',
    log: '/logs/catalog-2.log',
    environment: {
      SHOP_PORT: '4002',
      SHOP_SLOTS: '3',
      SHOP_LOG_LEVEL: 'warn',
      SHOP_CATALOG_URL: 'http://127.0.0.1:4001,http://127.0.0.1:4002',
      SHOP_GATEWAY_URL: 'http://127.0.0.1:4000',
      SHOP_CART_URL: 'http://127.0.0.1:1',
      PADO_NAME: 'catalog',
      PADO_LABELS: 'pado.dev/instance=catalog-2',
    },
  });
  t.ok(spec.args.includes('--max-old-space-size=48'));
  t.ok(spec.args.includes('--single-threaded-gc'), 'its collector has no other core to hide on');
  t.ok(spec.args.includes('/pado/services/catalog/src/server.ts'));
});
