import t from 'tap';
import { Cache, type CacheResult } from '../../../services/kit/src/cache.ts';
import type { CachePolicy } from '../../../services/kit/src/resilience/server-policy.ts';
import { failure } from '../../helpers/failure.ts';

function cacheOf(options: { policy?: CachePolicy; maxEntries?: number; random?: () => number } = {}) {
  const state = { now: 0, policy: options.policy ?? {}, loads: 0, results: [] as CacheResult[] };
  const cache = new Cache<string>({
    ttlMs: 1_000,
    maxEntries: options.maxEntries ?? 100,
    policy: () => state.policy,
    onResult: (result) => state.results.push(result),
    onLoad: () => state.loads++,
    clock: () => state.now,
    random: options.random ?? (() => 0),
  });
  return { cache, state };
}
const loaded = async () => 'new';
const never = () => Promise.reject(new Error('it should have been a hit'));

/** A load that is answered when told. */
function held() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  return { load: () => promise, answer: resolve, fail: reject };
}

t.test('an entry is a hit until its time is over', async (t) => {
  const { cache, state } = cacheOf();
  t.match(await cache.get('a', loaded), { value: 'new', result: 'miss', ttlMs: 1_000 });
  state.now = 999;
  t.match(await cache.get('a', never), { value: 'new', result: 'hit', ttlMs: 1 });
  state.now = 1_000;
  t.match(await cache.get('a', async () => 'newer'), { value: 'newer', result: 'miss' });
  t.same(state.results, ['miss', 'hit', 'miss']);
  t.equal(state.loads, 2);
});

t.test('lives are up to a tenth shorter, so that not all end at once', async (t) => {
  const dice = [0.5, 1];
  const { cache, state } = cacheOf({ random: () => dice.shift() ?? 0 });
  cache.set('half', 'x');
  cache.set('whole', 'x');
  state.now = 920;
  t.equal((await cache.get('half', never)).ttlMs, 30);
  t.equal((await cache.get('whole', loaded)).result, 'miss');
});

t.test('the entry that was used longest ago makes room', async (t) => {
  const { cache } = cacheOf({ maxEntries: 2 });
  cache.set('a', 'x');
  cache.set('b', 'x');
  await cache.get('a', never);
  cache.set('c', 'x');
  t.equal(cache.size, 2);
  t.equal((await cache.get('a', never)).result, 'hit');
  t.equal((await cache.get('b', loaded)).result, 'miss');
});

t.test('look-aside: each miss loads for itself, and a load whose caller has left fills nothing', async (t) => {
  const { cache, state } = cacheOf();
  const [first, second] = [held(), held()];
  let hasLeft = false;
  const asked = [
    cache.get('a', first.load, { hasLeft: () => hasLeft }),
    cache.get('a', second.load, { hasLeft: () => true }),
  ];
  t.equal(state.loads, 2);
  hasLeft = true;
  first.answer('lost');
  second.answer('lost too');
  t.match(await Promise.all(asked), [{ value: 'lost' }, { value: 'lost too' }]);
  t.equal(cache.size, 0);
  await cache.get('a', loaded, { hasLeft: () => false });
  t.equal(cache.size, 1);
});

t.test('single flight: one load for all, which fills although everybody has left', async (t) => {
  const { cache, state } = cacheOf({ policy: { singleFlight: true } });
  const { load, answer } = held();
  const asked = [1, 2, 3].map(() => cache.get('a', load, { hasLeft: () => true }));
  answer('shared');
  t.match(await Promise.all(asked), [{ value: 'shared' }, { value: 'shared' }, { value: 'shared' }]);
  t.equal(state.loads, 1);
  t.same(state.results, ['miss', 'miss', 'miss']);
  t.equal((await cache.get('a', never)).result, 'hit');
});

t.test('refuses a load beyond the limit, with a 503 that may be repeated later', async (t) => {
  const { cache, state } = cacheOf({ policy: { maxLoads: 1 } });
  const { load, answer } = held();
  const first = cache.get('a', load);
  t.match(await failure(cache.get('b', never)), {
    status: 503,
    code: 'cache_refused',
    headers: { 'retry-after': '1' },
  });
  answer('x');
  await first;
  t.equal((await cache.get('b', loaded)).result, 'miss', 'the place is free again');
  t.same(state.results, ['miss', 'refused', 'miss']);
  t.equal(state.loads, 2, 'what is refused is no load');
});

t.test('a single flight counts once against the limit', async (t) => {
  const { cache } = cacheOf({ policy: { maxLoads: 1, singleFlight: true } });
  const { load, answer } = held();
  const asked = [cache.get('a', load), cache.get('a', load)];
  answer('x');
  t.match(await Promise.all(asked), [{ value: 'x' }, { value: 'x' }]);
});

t.test('what is past its time is served when it cannot be renewed, for a while', async (t) => {
  const { cache, state } = cacheOf({ policy: { staleMs: 500 } });
  const broken = () => Promise.reject(new Error('down'));
  cache.set('a', 'old');
  state.now = 1_400;
  t.match(await cache.get('a', broken), { value: 'old', result: 'stale', ttlMs: -400 });
  state.policy = { staleMs: 500, maxLoads: 1 };
  const { load, answer } = held();
  const other = cache.get('b', load);
  t.match(await cache.get('a', loaded), { value: 'old', result: 'stale' }, 'refused counts as that');
  answer('x');
  await other;
  t.same(state.results, ['miss', 'stale', 'miss', 'stale'], 'a failed load was a miss; a refused one was none');
  state.now = 1_500;
  t.match(await failure(cache.get('a', broken)), { message: 'down' });
  state.policy = {};
  state.now = 1_001;
  t.match(await failure(cache.get('a', broken)), { message: 'down' }, 'without the policy never');
});

t.test('a flush takes about its share, the same keys for the same seed', async (t) => {
  const filled = () => {
    const { cache } = cacheOf({ maxEntries: 2_000 });
    for (let i = 0; i < 1_000; i++) cache.set(`key ${i}`, 'x');
    return cache;
  };
  const kept = async (cache: Cache<string>) => {
    const results = [];
    for (let i = 0; i < 1_000; i++) results.push((await cache.get(`key ${i}`, loaded, { hasLeft: () => true })).result);
    return results.join();
  };
  const [first, second, other] = [filled(), filled(), filled()];
  const gone = first.flush(0.5, 1);
  t.ok(gone > 400 && gone < 600, `${gone} of 1000`);
  t.equal(first.size, 1_000 - gone);
  t.equal(second.flush(0.5, 1), gone);
  other.flush(0.5, 2);
  t.equal(await kept(first), await kept(second));
  t.not(await kept(first), await kept(other));
  t.equal(other.flush(0, 3), 0);
  other.flush(1, 3);
  t.equal(other.size, 0);
});
