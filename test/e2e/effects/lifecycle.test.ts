// Faults that end a process or what its probes say: each pod is hit once, however often its container comes back.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Effect } from '@pado/fault';
import t from 'tap';
import { namespace } from '../helpers/cluster.ts';
import { createFault, inject, isInForce, placeOf } from '../helpers/effects.ts';
import { api, deploy, type PodFacts, podsOf, until } from '../helpers/targets.ts';

interface Ending {
  readonly effect: Effect;
  readonly exit: number;
}
const endings: readonly Ending[] = [
  { effect: { kind: 'exit', code: 7 }, exit: 7 },
  { effect: { kind: 'kill' }, exit: 137 },
  { effect: { kind: 'throw', message: 'thrown by a test' }, exit: 1 },
  { effect: { kind: 'reject', message: 'rejected by a test' }, exit: 1 },
];
const probed = ['left', 'right'];
const [ns, twin] = await Promise.all([namespace(t, 'pado-lifecycle'), namespace(t, 'pado-lifecycle-twin')]);
await Promise.all([
  ...endings.map(({ effect }) => deploy(ns, effect.kind)),
  ...['exit', 'unready'].map((name) => deploy(twin, name)),
  ...['unready', 'unhealthy'].map((name) => deploy(ns, name, { isWatchedAlive: true, replicas: probed.length })),
]);
const sentinel = { kind: 'error', direction: 'inbound', status: 418 } as const;

t.test('each ends its process once, while its time goes on', async (t) => {
  t.jobs = endings.length;
  const all = endings.map(({ effect, exit }) =>
    t.test(effect.kind, { buffered: true }, async (t) => {
      const { kind } = effect;
      const fault = await createFault(t, ns, kind, { effects: [effect] });
      const look = () => podsOf(ns, kind);
      const isBack = (pods: readonly PodFacts[]) => pods[0]?.restarts === 1 && pods[0].ready;
      const [pod] = await until('a restart', look, isBack, 60_000);
      t.equal(pod?.lastExit, exit, 'its exit code');
      // Another fault reaches the new process, so this one could have.
      const other = await inject(t, await placeOf(ns, kind), sentinel);
      await fault.when('says that it has hit', ({ status }) => status?.phase === 'Injected' && status.applied === 1);
      const targets = (await fault.reports()).flatMap((report) => report.targets);
      t.match(targets, [{ state: 'lost', pulse: 0, evidence: [{ kind, applied: 1 }] }], 'its only target');
      t.equal(targets.length, 1, 'nobody else was armed');
      await Promise.all([fault.remove(), other.remove()]);
      t.match(await look(), [{ restarts: 1, ready: true }], 'exactly one restart');
    }),
  );
  await Promise.all(all);
  t.match(
    await podsOf(twin, 'exit'),
    [{ restarts: 0, ready: true }],
    'the same labels in another namespace are missed',
  );
});

interface Slices {
  readonly items: readonly {
    readonly endpoints?:
      | readonly { readonly addresses: readonly string[]; readonly conditions: { readonly ready?: boolean } }[]
      | null;
  }[];
}
/** Addresses that a Service sends its clients to. */
const readyAddresses = async (namespace: string, service: string): Promise<string[]> => {
  const { items } = await api.request<Slices>(
    'GET',
    `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
    {
      query: { labelSelector: `kubernetes.io/service-name=${service}` },
    },
  );
  return items
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ conditions }) => conditions.ready)
    .flatMap(({ addresses }) => addresses)
    .sort();
};

t.test('unready takes one address out of the Service and gives it back', async (t) => {
  const before = await readyAddresses(ns, 'unready');
  t.equal(before.length, probed.length);
  const target = { selector: { matchLabels: { 'app.kubernetes.io/name': 'unready' } }, mode: 'one' } as const;
  const fault = await createFault(t, ns, 'unready', { target, effects: [{ kind: 'unready' }] });
  await fault.when('is in force', isInForce);
  const look = () => readyAddresses(ns, 'unready');
  const [left] = await until('one address is out', look, ({ length }) => length === probed.length - 1, 60_000);
  t.ok(before.includes(left ?? ''));
  const hit = (await fault.reports()).flatMap(({ targets }) => targets.map(({ pod }) => pod));
  const pods = await podsOf(ns, 'unready');
  t.same(
    pods.filter(({ ready }) => !ready).map(({ name }) => name),
    hit,
    'that of the pod that was hit',
  );
  t.equal((await readyAddresses(twin, 'unready')).length, 1, 'the same labels in another namespace are missed');
  await fault.remove();
  await until('it is back', look, (now) => JSON.stringify(now) === JSON.stringify(before), 60_000);
  t.match(
    await podsOf(ns, 'unready'),
    probed.map(() => ({ restarts: 0 })),
    'its liveness was spared',
  );
});

t.test('unhealthy has the container restarted by the kubelet', async (t) => {
  const look = () => podsOf(ns, 'unhealthy');
  const restartsOf = (pods: readonly PodFacts[]) => pods.map(({ restarts }) => restarts);
  const none = probed.map(() => 0);
  t.same(restartsOf(await look()), none, 'nothing restarts before');
  const target = { selector: { matchLabels: { 'app.kubernetes.io/name': 'unhealthy' } }, mode: 'one' } as const;
  const fault = await createFault(t, ns, 'unhealthy', { target, effects: [{ kind: 'unhealthy' }] });
  await until('a restart', look, (all) => all.some(({ restarts }) => restarts > 0), 90_000);
  await fault.remove();
  const after = await until('all are well', look, (all) => all.every(({ ready }) => ready), 60_000);
  t.equal(after.filter(({ restarts }) => restarts > 0).length, 1, 'of one pod alone');
  // Longer than its three probes.
  await sleep(5_000);
  t.same(restartsOf(await look()), restartsOf(after), 'and none once the fault is gone');
});
