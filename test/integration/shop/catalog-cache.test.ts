import { buildApp } from '@pado/kit';
import t, { type Test } from 'tap';
import { catalog } from '../../../services/catalog/src/app.ts';
import { postgres } from '../../helpers/postgres.ts';

t.setTimeout(120_000);
const databaseUrl = await postgres(t);

async function start(t: Test, env: NodeJS.ProcessEnv = {}) {
  const service = await buildApp(catalog, { env: { SHOP_DATABASE_URL: databaseUrl, ...env }, logger: false });
  t.teardown(() => service.close());
  const url = await service.app.listen({ host: '127.0.0.1', port: 0 });
  const get = async (path: string, init?: RequestInit) => {
    const answer = await fetch(url + path, init);
    return {
      status: answer.status,
      cache: answer.headers.get('cache-status'),
      body: (await answer.json()) as Record<string, never>,
    };
  };
  const sample = async (name: string) => {
    const line = (await (await fetch(`${url}/metrics`)).text()).split('\n').find((one) => one.startsWith(name));
    return line === undefined ? undefined : Number(line.split(' ').at(-1));
  };
  return { url, get, sample };
}

t.test('by default there is no cache, no route to flush it, and no metric of it', async (t) => {
  const { get, sample } = await start(t);
  t.match(await get('/products/7'), { status: 200, cache: null, body: { id: 7 } });
  t.match(await get('/cache', { method: 'DELETE' }), { status: 404, body: { code: 'not_found' } });
  t.equal(await sample('shop_cache_entries'), undefined);
});

t.test('products, lists and sets are loaded once; searches each time', async (t) => {
  const { get, sample } = await start(t, { SHOP_CACHE_TTL_MS: '60000' });
  for (const path of [
    '/products/7',
    '/products?limit=3',
    '/products?limit=3&category=surf',
    '/products/by-ids?ids=2,1',
  ]) {
    const first = await get(path);
    t.match(first, { status: 200, cache: 'catalog; fwd=miss' }, path);
    const second = await get(path);
    t.match(second.cache, /^catalog; hit; ttl=[45]\d$/, path);
    t.same(second.body, first.body, path);
  }
  t.match((await get('/products/by-ids?ids=1,2,1')).cache, /hit/, 'the same set');
  for (let i = 0; i < 2; i++) t.match(await get('/products?q=tent'), { status: 200, cache: null });
  for (const cache of ['catalog; fwd=miss', /hit/])
    t.match(await get('/products/9999'), { status: 404, cache }, 'what there is not is known too');
  t.equal(await sample('shop_cache_loads_total'), 5);
  t.equal(await sample('shop_cache_requests_total{result="hit"'), 6);
  t.equal(await sample('shop_cache_requests_total{result="miss"'), 5);
  t.equal(await sample('shop_cache_entries'), 5);
});

t.test('a preloaded cache answers at once, and a flush makes it cold', async (t) => {
  const { get, sample } = await start(t, { SHOP_CACHE_TTL_MS: '60000', SHOP_CACHE_PRELOAD: 'true' });
  t.equal(await sample('shop_cache_entries'), 400);
  t.match(await get('/products/200'), { status: 200, cache: /hit/, body: { id: 200 } });
  t.match(await get('/products?limit=20&offset=180'), {
    cache: /hit/,
    body: { items: { length: 20, 0: { id: 181 } } },
  });
  t.equal(await sample('shop_cache_loads_total'), 0);
  const half = (await get('/cache?share=50&seed=3', { method: 'DELETE' })).body as unknown as {
    flushed: number;
    left: number;
  };
  t.equal(half.flushed + half.left, 400);
  t.ok(half.flushed > 120 && half.flushed < 280, `${half.flushed} of 400`);
  t.match(await get('/cache', { method: 'DELETE' }), { status: 200, body: { flushed: half.left, left: 0 } });
  t.match(await get('/products/200'), { cache: 'catalog; fwd=miss', body: { id: 200 } });
  t.match(await get('/cache?share=101', { method: 'DELETE' }), { status: 400 });
});

t.test('naive: a load whose caller left fills nothing, though the database did the work', async (t) => {
  const { url, get, sample } = await start(t, {
    SHOP_CACHE_TTL_MS: '60000',
    SHOP_DB_SLOTS: '1',
    SHOP_DB_TIME_MS: '300',
  });
  const impatient = new AbortController();
  const asked = fetch(`${url}/products/7`, { signal: impatient.signal }).catch(() => 'left');
  while ((await sample('shop_cache_loads_total')) !== 1) await new Promise((resolve) => setTimeout(resolve, 10));
  impatient.abort();
  t.equal(await asked, 'left');
  // First come, first served: it is answered after the abandoned query.
  t.match(await get('/products/8'), { status: 200 });
  t.equal(await sample('shop_cache_entries'), 1);
  t.match(await get('/products/7'), { cache: 'catalog; fwd=miss' });
});
