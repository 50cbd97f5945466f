import t from 'tap';
import { KubeError } from '../../../../agent/daemon/src/kubernetes/api/kube-api.ts';
import { ServiceResolver } from '../../../../agent/daemon/src/kubernetes/service-resolver.ts';
import { resolveService } from '../../../../agent/daemon/src/kubernetes/services.ts';
import { silentLog } from '../../../../agent/daemon/src/log.ts';

/** An API server that has these objects by path. */
function having(objects: Record<string, unknown>) {
  const asked: string[] = [];
  const waiting = new Set<() => void>();
  /** Resolves after so many more questions. */
  const questions = (count: number) =>
    new Promise<void>((resolve) => {
      const enough = asked.length + count;
      waiting.add(() => asked.length >= enough && resolve());
    });
  const request = async <T>(_: string, path: string): Promise<T> => {
    asked.push(path);
    for (const check of waiting) check();
    if (path in objects) return objects[path] as T;
    throw new KubeError(404, 'NotFound', 'not found');
  };
  return { request, asked, questions };
}

const servicePath = '/api/v1/namespaces/shop/services/payments';
const slicesPath = '/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices';
const slice = (endpoints: unknown[], ports: unknown[] = [{ port: 8080 }]) => ({ items: [{ endpoints, ports }] });
const service = {
  spec: {
    clusterIP: '10.96.0.7',
    clusterIPs: ['10.96.0.7', 'fd00::7'],
    ports: [{ port: 80 }, { port: 53, protocol: 'UDP' }],
  },
};
const texts = (addresses: readonly { host: string; port: number }[]) =>
  addresses.map(({ host, port }) => `${host} ${port}`);

t.test('a Service by its names, its cluster addresses and its pods', async (t) => {
  const api = having({
    [servicePath]: service,
    [slicesPath]: slice([{ addresses: ['10.0.1.5'] }, { addresses: ['10.0.0.4'] }, { addresses: ['10.0.0.4'] }]),
  });
  const expected = [
    '10.0.0.4 8080',
    '10.0.1.5 8080',
    '10.96.0.7 80',
    'fd00::7 80',
    'payments 80',
    'payments.shop 80',
    'payments.shop.svc 80',
    'payments.shop.svc.cluster.local 80',
  ];
  for (const name of ['payments', 'payments.shop', 'payments.shop.svc', 'payments.shop.svc.cluster.local'])
    t.same(texts(await resolveService(api, 'shop', name, 'cluster.local')), expected, name);
  const elsewhere = texts(await resolveService(api, 'other', 'payments.shop', 'cluster.local'));
  t.same(
    elsewhere,
    expected.filter((text) => text !== 'payments 80'),
    'a bare name would be another Service there',
  );
});

t.test('a headless Service by the names of its pods, with their ports', async (t) => {
  const api = having({
    [servicePath]: { spec: { clusterIP: 'None', clusterIPs: ['None'], ports: [{ port: 80 }] } },
    [slicesPath]: slice([{ addresses: ['10.0.0.4'], hostname: 'payments-0' }]),
  });
  const found = texts(await resolveService(api, 'shop', 'payments', 'cluster.local'));
  for (const text of ['payments 80', 'payments 8080', '10.0.0.4 8080', 'payments-0.payments.shop.svc 8080'])
    t.ok(found.includes(text), text);
  t.notOk(found.some((text) => text.startsWith('None')));
});

t.test('a Service of another host by that', async (t) => {
  const api = having({
    [servicePath]: { spec: { type: 'ExternalName', externalName: 'db.example.com', ports: [{ port: 5432 }] } },
    [slicesPath]: { items: [] },
  });
  t.ok(texts(await resolveService(api, 'shop', 'payments', 'cluster.local')).includes('db.example.com 5432'));
});

t.test('at most 512 addresses, the names among them', async (t) => {
  const endpoints = Array.from({ length: 1_000 }, (_, index) => ({ addresses: [`10.1.${index >> 8}.${index & 255}`] }));
  const api = having({ [servicePath]: service, [slicesPath]: slice(endpoints) });
  const found = texts(await resolveService(api, 'shop', 'payments', 'cluster.local'));
  t.equal(found.length, 512);
  t.ok(found.includes('payments 80'));
});

t.test('says that there is no such Service, and refuses what is no name of one', async (t) => {
  const api = having({ [slicesPath]: { items: [] } });
  await t.rejects(resolveService(api, 'shop', 'payments', 'cluster.local'), {
    code: 'ERR_PADO_NOT_FOUND',
    message: 'there is no Service payments in namespace shop',
  });
  api.asked.length = 0;
  for (const name of [
    '',
    '../secrets/token',
    'payments/status',
    'payments,a=b',
    'Payments',
    'payments.shop.pod',
    'a'.repeat(64),
  ])
    await t.rejects(resolveService(api, 'shop', name, 'cluster.local'), { code: 'ERR_PADO_INVALID' }, name);
  t.same(api.asked, []);
});

t.test('a wanted Service is kept, asked for anew, and told when it changes', async (t) => {
  const objects: Record<string, unknown> = { [slicesPath]: { items: [] }, [servicePath]: service };
  const api = having(objects);
  const abort = new AbortController();
  let onChange = Promise.withResolvers<string>();
  const resolver = new ServiceResolver({
    ...{ api, clusterDomain: 'cluster.local', log: silentLog, signal: abort.signal, refreshMs: 10 },
    onChange: (namespace, name) => onChange.resolve(`${namespace}/${name}`),
  });
  t.equal(resolver.known('shop', 'payments'), undefined);
  resolver.want('shop', 'payments');
  resolver.want('shop', 'payments');
  t.equal((await resolver.addressesOf('shop', 'payments')).length, 6);
  t.equal(await onChange.promise, 'shop/payments');
  onChange = Promise.withResolvers();
  objects[slicesPath] = slice([{ addresses: ['10.0.0.9'] }]);
  await onChange.promise;
  t.equal(resolver.known('shop', 'payments')!.length, 7);
  resolver.unwant('shop', 'payments');
  delete objects[servicePath];
  await api.questions(6);
  t.equal(resolver.known('shop', 'payments')!.length, 7, 'what was known stays');
  resolver.unwant('shop', 'payments');
  t.equal(resolver.known('shop', 'payments'), undefined);
  await t.rejects(resolver.addressesOf('shop', 'payments'), { code: 'ERR_PADO_NOT_FOUND' });
  abort.abort();
});
