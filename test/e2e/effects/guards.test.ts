// What keeps a fault from going further than it may: its namespace, an administrator's limits, its own time, its owner.
import { type Effect, type FaultSpec, keys } from '@pado/fault';
import t, { type Test } from 'tap';
import { kubectl, kubectlJson, namespace } from '../helpers/cluster.ts';
import { ask, createFault, type Injected, inject, isRecovered, named, placeOf } from '../helpers/effects.ts';
import { api, deploy, marker, podsOf, until } from '../helpers/targets.ts';

const [ns, twin] = await Promise.all([namespace(t, 'pado-guards'), namespace(t, 'pado-guards-twin')]);
await Promise.all([deploy(ns, 'web', { replicas: 3 }), deploy(twin, 'web'), deploy(ns, 'caller', { injected: false })]);
const web = { namespace: ns, target: 'web' };
const caller = await placeOf(ns, 'caller');
const statusOf = async (ip: string) =>
  (await ask<{ status?: number }>(caller, `/call?url=${encodeURIComponent(`http://${ip}:8080/`)}`)).status;
/** What the pods of a namespace answer. */
const answers = async (namespace: string) =>
  Promise.all((await podsOf(namespace, 'web')).map(({ ip }) => statusOf(ip)));

interface Event {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly involvedObject: { readonly kind: string; readonly name: string };
}
const eventsOn = async (kind: string, name: string, of = ns): Promise<Event[]> => {
  const { items } = await api.request<{ items: Event[] }>('GET', `/api/v1/namespaces/${of}/events`, {
    query: { fieldSelector: `involvedObject.kind=${kind},involvedObject.name=${name}` },
  });
  return items;
};
const reasons = (of: readonly Event[]) => of.map(({ reason }) => reason);

async function isRefused(t: Test, spec: Partial<FaultSpec>, sentence: RegExp): Promise<void> {
  const fault = await createFault(t, ns, 'web', spec);
  const { status } = await fault.when('is refused', (one) => one.status?.phase === 'Refused');
  t.match(status?.message, sentence);
  t.match(status, { injected: 0, reached: 0, applied: 0 });
  const look = () => eventsOn('Fault', fault.name);
  const events = await until('an event', look, (all) => reasons(all).includes('FaultRefused'));
  t.match(
    events.find(({ reason }) => reason === 'FaultRefused'),
    { type: 'Warning', message: sentence },
  );
  t.same(await answers(ns), [200, 200, 200], 'nobody is hit');
  await fault.remove();
}

t.test('a fault acts in its own namespace only', async (t) => {
  const fault = await inject(t, web, marker);
  t.same(await answers(ns), [418, 418, 418]);
  t.same(await answers(twin), [200], 'the same labels in another namespace');
  await fault.remove();
  await until(
    'it leaves nothing behind',
    () => answers(ns),
    (all) => all.every((one) => one === 200),
  );
  const { items } = await kubectlJson<{ items: object[] }>('get', 'faultreports', '-n', twin);
  t.same(items, [], 'no agent has anything to report there');
});

t.test('what happens is told by events, on the fault and on its pods', async (t) => {
  const fault = await inject(t, web, marker);
  const pods = await podsOf(ns, 'web');
  await fault.patch({ stopped: true });
  await fault.when('has reverted', isRecovered);
  const isTold = (all: readonly Event[]) => ['FaultInjected', 'FaultEnded'].every((one) => reasons(all).includes(one));
  t.ok(await until('events on the fault', () => eventsOn('Fault', fault.name), isTold));
  for (const { name } of pods) {
    const own = async () => (await eventsOn('Pod', name)).filter(({ message }) => message.includes(fault.name));
    const told = await until('events on a pod', own, ({ length }) => length >= 2);
    t.same(reasons(told).sort(), ['FaultInjected', 'FaultReverted']);
  }
});

t.test('annotations of the namespace cap what may be hit', async (t) => {
  const annotate = async (key: string, value: string, look: () => Promise<void>) => {
    await kubectl('annotate', 'namespace', ns, `${key}=${value}`, '--overwrite');
    await look();
    await kubectl('annotate', 'namespace', ns, `${key}-`);
  };
  const fixed = (value: number): Partial<FaultSpec> => ({ target: { ...named('web'), mode: 'fixed', value } });
  const isAllowed = async (spec: Partial<FaultSpec>) => {
    const fault = await createFault(t, ns, 'web', spec);
    await fault.when('is in force', ({ status }) => status?.injected === 1);
    await fault.remove();
    await until(
      'it leaves nothing behind',
      () => answers(ns),
      (all) => all.every((one) => one === 200),
    );
  };
  await annotate(keys.maxTargets, '1', async () => {
    await isRefused(t, {}, /would hit 3 pods and the namespace \S+ allows 1 at a time/);
    await isAllowed(fixed(1));
  });
  await annotate(keys.maxPercentage, '40', async () => {
    await isRefused(t, fixed(2), /would hit 2 of 3 pods and the namespace \S+ allows 40% at a time/);
    await isAllowed(fixed(1));
  });
  await annotate(keys.forbiddenKinds, 'kill,memory', async () => {
    await isRefused(t, { effects: [{ kind: 'kill' }] }, /effects of kind kill are forbidden in the namespace/);
    await isAllowed(fixed(1));
  });
});

t.test('what cannot be carried out is refused with a sentence', async (t) => {
  const outbound = (match: object) => ({ effects: [{ ...marker, direction: 'outbound', match } as Effect] });
  await isRefused(t, outbound({ service: 'nobody' }), /there is no Service nobody in namespace \S+/);
  await isRefused(t, outbound({ path: '/(/' }), /effects\.0\.match\.path: .*regular expression/);
});

/** Ended, with everything undone and the evidence kept. */
async function isOver(t: Test, fault: Injected, endReason: string): Promise<void> {
  const { status } = await fault.when('has ended', isRecovered);
  t.match(status, { phase: 'Ended', endReason, injected: 0, recovered: 3, reached: 3 });
  t.same(await answers(ns), [200, 200, 200]);
}

t.test('stopped ends it and keeps object and evidence', async (t) => {
  const fault = await inject(t, web, marker);
  t.same(await answers(ns), [418, 418, 418]);
  await fault.patch({ stopped: true });
  await isOver(t, fault, 'stopped');
  const { status } = await fault.when('keeps what it did', (one) => one.status?.applied === 3);
  t.match(status?.evidence, [{ kind: 'error', matched: 3, applied: 3 }]);
});

t.test('its time to live ends it', async (t) => {
  const fault = await createFault(t, ns, 'web', { ttl: '8s' });
  await until(
    'it bites',
    () => answers(ns),
    (all) => all.every((one) => one === 418),
  );
  await isOver(t, fault, 'ttl');
});

t.test('a deleted fault takes its reports with it', async (t) => {
  const fault = await inject(t, web, marker);
  const { uid } = (await fault.read()).metadata;
  t.ok((await fault.reports()).length > 0);
  await fault.remove();
  const look = async () => {
    const owned = ['-l', `${keys.faultUid}=${uid}`, '-o', 'name'];
    return kubectl('get', 'faultreports', '-n', ns, ...owned);
  };
  t.equal(await until('no report is left', look, (names) => names === '', 60_000), '');
});
