import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { monotonicClock } from '../../agent/daemon/src/clock.ts';
import { createInformer, type InformerOptions, metadataOnly } from '../../agent/daemon/src/kubernetes/api/informer.ts';
import { isStatus, type KubeApi, type KubeObject } from '../../agent/daemon/src/kubernetes/api/kube-api.ts';
import { list } from '../../agent/daemon/src/kubernetes/api/list.ts';
import type { InformerEvent } from '../../agent/daemon/src/kubernetes/api/store.ts';
import { silentLog } from '../../agent/daemon/src/log.ts';
import { namespace } from './helpers/cluster.ts';
import { testApi } from './helpers/kube.ts';

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** Runs tasks, some at a time. */
async function each(count: number, task: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await task(next++);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

/** The watches of this process as they are now. */
function openWatches(t: Test): Set<ClientRequest> {
  const watches = new Set<ClientRequest>();
  const onRequest = (message: unknown) => {
    const { request } = message as { request: ClientRequest };
    if (!request.path.includes('watch=true')) return;
    watches.add(request);
    request.once('close', () => watches.delete(request));
  };
  subscribe('http.client.request.start', onRequest);
  t.teardown(() => unsubscribe('http.client.request.start', onRequest));
  return watches;
}

async function follow(t: Test, api: KubeApi, options: Partial<InformerOptions<ConfigMap>> & { readonly path: string }) {
  const abort = new AbortController();
  t.teardown(() => abort.abort());
  const informer = createInformer<ConfigMap>({
    ...{ api, clock: monotonicClock, log: silentLog, signal: abort.signal },
    ...options,
  });
  const events: InformerEvent<ConfigMap>[] = [];
  informer.on((event) => events.push(event));
  await informer.synced;
  /** Waits until the informer's objects are as they should be. */
  const until = async (isRight: () => boolean) => {
    const endMs = monotonicClock.now() + 60_000;
    while (!isRight()) {
      if (monotonicClock.now() > endMs) throw new Error('the informer did not catch up within a minute');
      await sleep(50);
    }
  };
  return { informer, events, until };
}

t.test('every change arrives once and in order while the watch is cut again and again', async (t) => {
  const api = await testApi();
  t.teardown(api.close);
  const path = `/api/v1/namespaces/${await namespace(t)}/configmaps`;
  const watches = openWatches(t);
  const labels = { 'pado.dev/test': 'informer' };
  const { informer, events, until } = await follow(t, api, {
    path,
    query: { labelSelector: 'pado.dev/test=informer' },
  });
  const rounds = 30;
  const cuts = { count: 0 };
  const cut = () => {
    for (const { socket } of watches) {
      if (!socket || socket.destroyed) continue;
      cuts.count++;
      socket.destroy();
    }
  };
  const put = (name: string, round: number) => ({ metadata: { name, labels }, data: { round: String(round) } });
  for (let round = 0; round < rounds; round++) {
    await api.request('POST', path, { body: put(`map-${round}`, round) });
    cut();
    await api.request('PUT', `${path}/map-${round}`, { body: put(`map-${round}`, round + 1_000) });
    if (round % 2 === 0) cut();
    // It is followed anew after a pause, which a busy machine makes longer.
    if (round % 5 === 0) await until(() => informer.isWatching);
    if (round % 3 === 0) await api.request('DELETE', `${path}/map-${round}`);
    await sleep(20);
  }
  await until(() => events.length >= rounds * 2 + rounds / 3);
  t.ok(cuts.count >= 5, `the watch was cut ${cuts.count} times`);
  const truth = await list<ConfigMap, ConfigMap>(api, path, (one) => one, {
    query: { labelSelector: 'pado.dev/test=informer' },
    from: '',
  });
  t.same(
    [...informer.items.values()].map(({ metadata, data }) => [metadata.name, metadata.resourceVersion, data]).sort(),
    truth.items.map(({ metadata, data }) => [metadata.name, metadata.resourceVersion, data]).sort(),
  );
  for (let round = 0; round < rounds; round++) {
    const own = events.filter(({ object }) => object.metadata.name === `map-${round}`);
    const expected = ['added', 'modified', ...(round % 3 === 0 ? ['deleted'] : [])];
    t.same(
      own.map(({ type, isLive }) => `${type} ${isLive}`),
      expected.map((type) => `${type} true`),
    );
  }
});

t.test('2,000 objects, in pages and in one piece, whole and by name', async (t) => {
  const api = await testApi();
  t.teardown(api.close);
  const path = `/api/v1/namespaces/${await namespace(t)}/configmaps`;
  const count = 2_000;
  await each(count, (index) =>
    api.request('POST', path, { body: { metadata: { name: `map-${index}` }, data: { index: String(index) } } }),
  );
  let pages = 0;
  const counting: Pick<KubeApi, 'request'> = {
    request: (...args) => {
      pages++;
      return api.request(...args);
    },
  };
  const listed = await list<ConfigMap, string>(counting, path, ({ metadata }) => metadata.uid!, { from: '' });
  // The cluster puts its own kube-root-ca.crt into each namespace.
  t.equal(new Set(listed.items).size, count + 1);
  t.equal(pages, 5);
  for (const options of [{}, { accept: metadataOnly }]) {
    const { informer } = await follow(t, api, { path, ...options });
    t.equal(informer.items.size, count + 1);
    const one = informer.items.get(listed.items[0]!)!;
    t.equal(one.data === undefined, 'accept' in options);
    t.notOk('managedFields' in one.metadata);
  }
});

t.test('a version that the cluster has forgotten leads to a new list', async (t) => {
  const api = await testApi();
  t.teardown(api.close);
  const forgotten = await api
    .request('GET', '/api/v1/events', { query: { resourceVersion: '1', resourceVersionMatch: 'Exact', limit: 1 } })
    .then(
      () => false,
      (error: unknown) => isStatus(error, 410),
    );
  if (!forgotten) {
    t.comment('a cluster as young as this one has forgotten nothing yet');
    return;
  }
  const ancient = { watches: 0, statuses: [] as unknown[] };
  const { informer, until } = await follow(
    t,
    {
      ...api,
      // Events have no cache in the API server: a watch asks the database.
      watch: (path, options) =>
        api.watch(
          path,
          ancient.watches++ === 0 ? { ...options, query: { ...options.query, resourceVersion: '1' } } : options,
        ),
    },
    { path: '/api/v1/events', log: (_, __, fields) => ancient.statuses.push(fields?.status) },
  );
  await until(() => ancient.watches >= 2 && informer.isWatching);
  t.equal(ancient.statuses[0], 410);
});

t.test("the API server's clock is never ahead of itself", async (t) => {
  const api = await testApi();
  t.teardown(api.close);
  await api.calibrate();
  const path = `/api/v1/namespaces/${await namespace(t)}/configmaps`;
  for (let index = 0; index < 10; index++) {
    const beforeMs = api.serverNow()!;
    const { metadata } = await api.request<ConfigMap>('POST', path, { body: { metadata: { name: `map-${index}` } } });
    const createdMs = Date.parse(metadata.creationTimestamp!);
    // The time of creation has whole seconds.
    t.ok(createdMs + 1_000 > beforeMs, `created ${createdMs}, asked at ${beforeMs}`);
    t.ok(createdMs <= api.serverNow()! + 1_000);
  }
});
