import t from 'tap';
import { KubeError, type RequestOptions } from '../../../../../agent/daemon/src/kubernetes/api/kube-api.ts';
import { estimateCrowd } from '../../../../../agent/daemon/src/kubernetes/leases/crowd.ts';
import { Process, World } from './helpers/world.ts';

function setting(answer: () => unknown) {
  const world = new World();
  const { scheduler } = new Process(world);
  const stop = new AbortController();
  const calls: { path: string; options: RequestOptions }[] = [];
  const api = {
    request: async <T>(_method: string, path: string, options: RequestOptions = {}) => {
      calls.push({ path, options });
      return answer() as T;
    },
  };
  return { world, stop, calls, crowd: estimateCrowd({ api, scheduler, random: World.random(1), signal: stop.signal }) };
}

t.test('counts nodes by their Leases, without reading them all', async (t) => {
  const { world, calls, crowd, stop } = setting(() => ({ items: [{}], metadata: { remainingItemCount: 999 } }));
  t.equal(crowd(), 1);
  await world.run(10_000);
  t.equal(crowd(), 1_000);
  t.match(calls, [{ path: /\/namespaces\/kube-node-lease\/leases$/, options: { query: { limit: 1 } } }]);
  await world.run(3_600_000);
  t.ok(calls.length > 4 && calls.length < 9, `${calls.length} questions in an hour`);
  stop.abort();
  const { length } = calls;
  await world.run(7_200_000);
  t.equal(calls.length, length);
});

t.test('an API server that answers with all of them is understood too', async (t) => {
  const { world, crowd } = setting(() => ({ items: [{}, {}, {}], metadata: {} }));
  await world.run(10_000);
  t.equal(crowd(), 3);
});

t.test('what was known stays while it cannot be asked', async (t) => {
  let isRefused = false;
  const { world, crowd } = setting(() => {
    if (isRefused) throw new KubeError(403, 'Forbidden', 'no');
    return { items: [{}], metadata: { remainingItemCount: 9 } };
  });
  await world.run(10_000);
  isRefused = true;
  await world.run(3_600_000);
  t.equal(crowd(), 10);
});
