import type { PeerPolicy } from '@pado/kit/policy';
import t, { type Test } from 'tap';
import { Instances } from '../../../../services/kit/src/http/instances.ts';
import { createMetrics } from '../../../../services/kit/src/metrics.ts';
import { failure } from '../../../helpers/failure.ts';
import { peer } from '../../../helpers/peer.ts';

function instancesOf(t: Test, count: number, options: { policy?: () => PeerPolicy; unready?: Set<number> } = {}) {
  const { policy = () => ({}), unready = new Set() } = options;
  const metrics = createMetrics('gateway');
  const urls = Array.from({ length: count }, (_, index) => `http://127.0.0.1:${index + 1}`);
  let asked = 0;
  const made = new Instances({
    peer: 'catalog',
    urls,
    policy,
    metrics,
    random: () => 0,
    probe: async (url) => {
      asked++;
      return !unready.has(urls.indexOf(url));
    },
  });
  t.teardown(() => made.close());
  const ejected = async () =>
    Object.fromEntries(
      (await metrics.instanceEjected.get()).values.map(({ labels, value }) => [String(labels.instance), value]),
    );
  /** Waits until the health checks have made these gauges. */
  const until = async (wanted: Record<string, number>) => {
    while (JSON.stringify(await ejected()) !== JSON.stringify(wanted))
      await new Promise((resolve) => setTimeout(resolve, 20));
  };
  const picks = (times: number) => Array.from({ length: times }, () => made.pick().index);
  return { made, picks, until, ejected, asked: () => asked, unready };
}

t.test('one instance is always taken and never asked whether it is ready', async (t) => {
  const { made, picks, ejected, asked } = instancesOf(t, 1, { unready: new Set([0]) });
  t.same(picks(3), [0, 0, 0]);
  t.equal(made.pick({ not: made.pick() }).index, 0);
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.equal(asked(), 0);
  t.same(await ejected(), {});
});

t.test('replicas take turns', async (t) => {
  t.same(instancesOf(t, 3).picks(7), [0, 1, 2, 0, 1, 2, 0]);
});

t.test('another than the last one is taken where there is one', async (t) => {
  const { made } = instancesOf(t, 2);
  const first = made.pick();
  for (let i = 0; i < 4; i++) t.equal(made.pick({ not: first }).index, 1);
});

t.test('a shard key says the instance, whatever was asked or tried', async (t) => {
  const { made, ejected, asked } = instancesOf(t, 3, { unready: new Set([0, 1, 2]) });
  const not = made.pick({ shardKey: 7 });
  t.equal(not.index, 1);
  t.equal(made.pick({ shardKey: 7, not }).index, 1);
  t.equal(made.pick({ shardKey: -1 }).index, 2);
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.equal(asked(), 0, 'shards are not asked');
  t.same(await ejected(), {});
});

t.test('an unready replica is left out, shown, and comes back', async (t) => {
  const { picks, made, until, unready } = instancesOf(t, 3, { unready: new Set([1]) });
  picks(1);
  await until({ 0: 0, 1: 1, 2: 0 });
  t.notOk(picks(9).includes(1));
  t.equal(made.pick({ shardKey: 1 }).index, 1, 'a shard key is obeyed all the same');
  unready.clear();
  await until({ 0: 0, 1: 0, 2: 0 });
  t.ok(picks(3).includes(1));
});

t.test('the last one in rotation is taken although it was to be another', async (t) => {
  const { picks, made, until } = instancesOf(t, 2, { unready: new Set([1]) });
  picks(1);
  await until({ 0: 0, 1: 1 });
  t.equal(made.pick({ not: made.pick() }).index, 0);
});

t.test('naive: when none is ready the call fails', async (t) => {
  const { picks, made, until } = instancesOf(t, 2, { unready: new Set([0, 1]) });
  picks(1);
  await until({ 0: 1, 1: 1 });
  t.match(await failure((async () => made.pick())()), { reason: 'connection', sent: false, peer: 'catalog' });
});

t.test('a policy that fails open puts all back at once', async (t) => {
  let policy: PeerPolicy = {};
  const { picks, until } = instancesOf(t, 2, { unready: new Set([0, 1]), policy: () => policy });
  picks(1);
  await until({ 0: 1, 1: 1 });
  policy = { balance: { maxEjectedPercent: 50, failOpen: true } };
  t.same(new Set(picks(2)), new Set([0, 1]));
  await until({ 0: 0, 1: 0 });
});

t.test('a call goes to the instance, over the connections of the policy in force', async (t) => {
  let policy: PeerPolicy = {};
  const ports: (number | undefined)[] = [];
  const url = await peer(t, (request, response) => {
    ports.push(request.socket.remotePort);
    response.end('x');
  });
  const made = new Instances({ peer: 'catalog', urls: [url], policy: () => policy, metrics: createMetrics('gateway') });
  t.teardown(() => made.close());
  const call = async () => {
    const { dispatcher } = made.pick();
    await (await dispatcher.request({ origin: url, method: 'GET', path: '/' })).body.text();
    return dispatcher;
  };
  const first = await call();
  t.equal(await call(), first);
  policy = { connection: { idleMs: 10_000 } };
  t.not(await call(), first, 'a changed policy makes new connections');
  t.notOk(ports.slice(0, 2).includes(ports[2]));
});
