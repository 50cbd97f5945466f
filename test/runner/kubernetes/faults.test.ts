import { setTimeout as sleep } from 'node:timers/promises';
import { type FaultStatus, nameLabel } from '@pado/fault';
import t, { type Test } from 'tap';
import { connect } from '../../../runner/src/kubernetes/connect.ts';
import { kubeFaults } from '../../../runner/src/kubernetes/faults.ts';
import { holdLease, leaseMs } from '../../../runner/src/providers/fault/lease.ts';
import { createFault } from '../../../runner/src/providers/fault/running-fault.ts';
import { fakeApi } from './fake-api.ts';

const spec = {
  target: { selector: { matchLabels: { [nameLabel]: 'payments' } } },
  ttl: '20s',
  effects: [{ kind: 'latency' as const, direction: 'inbound' as const, delay: '1s' }],
};
const never = new AbortController().signal;
const leases = '/apis/coordination.k8s.io/v1/namespaces/shop/leases';
const evidence = (applied: number) => [{ index: 0, kind: 'latency', matched: applied, applied, cut: 0 }];

async function withCluster(t: Test) {
  const api = await fakeApi(t);
  const client = connect({ environment: { KUBECONFIG: api.kubeconfig }, context: undefined, namespace: undefined });
  t.teardown(() => client.close());
  const notes: string[] = [];
  return { ...api, client, notes, faults: kubeFaults(client, { note: (text) => notes.push(text) }) };
}

t.test('a fault from its creation to its removal', async (t) => {
  const { faults, fault, report, seen } = await withCluster(t);
  const statuses: FaultStatus[] = [];
  const lease = await holdLease(faults, 'run-1');
  const running = await createFault(faults, {
    name: 'slow',
    spec: { ...spec, leaseName: lease.name },
    onStatus: (status) => statuses.push(status),
  });
  t.match(fault('slow').spec, { leaseName: 'run-1', ttl: '20s' });
  report('slow', [{ state: 'pending' }]);
  const armed = running.armed(never);
  report('slow', [{ state: 'armed', evidence: evidence(3) }]);
  await armed;
  t.match(running.status(), { phase: 'Injected', targets: [{ name: 'payments', state: 'armed' }] });
  const reverted = running.revert();
  while (fault('slow').spec.stopped !== true) await sleep(10);
  t.equal(running.revertedAtMs(), undefined, 'told to stop is not yet reverted');
  report('slow', [{ state: 'ended', recovered: true, evidence: evidence(5) }], { endReason: 'stopped' });
  t.match(await reverted, { phase: 'Ended', endReason: 'stopped', evidence: [{ applied: 5 }] });
  await faults.remove('slow');
  await faults.remove('slow');
  await lease.release();
  t.equal(fault('slow'), undefined);
  const writes = seen.filter(({ method, path }) => method !== 'GET' && path.includes('/faults'));
  t.same(
    writes.map(({ method }) => method),
    ['POST', 'PATCH', 'DELETE', 'DELETE'],
  );
  t.notOk(
    seen.some(({ path }) => path.endsWith('/status')),
    "nothing depends on the elected agent's status",
  );
});

t.test('nobody armed: the pods say why', async (t) => {
  const { faults, report, put, injectedPod } = await withCluster(t);
  await faults.create('slow', spec);
  t.match(await faults.whyUnarmed?.('slow'), /no pod in the namespace shop has the labels .*=payments/);
  put('/api/v1/namespaces/shop/pods/bare', {
    metadata: { name: 'bare', labels: { [nameLabel]: 'payments' } },
    spec: { containers: [] },
  });
  t.match(await faults.whyUnarmed?.('slow'), /bare .* without injection/);
  injectedPod('payments');
  t.match(await faults.whyUnarmed?.('slow'), /no agent has reached them/);
  report('slow', [], { refusal: 'the safety lever is engaged' });
  t.equal(await faults.whyUnarmed?.('slow'), 'the safety lever is engaged');
  const running = await createFault(faults, { name: 'other', spec, onStatus: () => {} });
  report('other', [], { refusal: 'effects of kind latency are forbidden' });
  await t.rejects(running.armed(never), { code: 'ERR_PADO_NO_TARGET', message: /latency are forbidden/ });
  report('other', [], { endReason: 'stopped' });
  await running.revert();
});

t.test('a fault takes the name of one that has ended, and of no other', async (t) => {
  const { faults, fault, report } = await withCluster(t);
  await faults.create('slow', spec);
  const { uid } = fault('slow').metadata;
  report('slow', [{ state: 'armed' }]);
  await t.rejects(faults.create('slow', spec), { code: 'ERR_PADO_CONFLICT' });
  report('slow', [{ state: 'ended', recovered: true }], { endReason: 'lease' });
  await faults.create('slow', spec);
  t.not(fault('slow').metadata.uid, uid);
});

t.test('a run is told when the safety lever has ended its fault', async (t) => {
  const { faults, report, notes } = await withCluster(t);
  await faults.create('slow', spec);
  report('slow', [{ state: 'ended', recovered: true }], { endReason: 'lever' });
  await faults.read('slow');
  t.match(await faults.read('slow'), { phase: 'Ended', endReason: 'stopped' });
  t.same(notes, ['the safety lever has ended the fault slow'], 'once');
});

t.test("a run's Lease is taken, renewed, and deleted at the end", async (t) => {
  const { faults, objects, seen, until } = await withCluster(t);
  const lease = await holdLease(faults, 'run-1');
  const held = () => objects.get(`${leases}/run-1`);
  const first = held();
  t.match(first.spec, { leaseDurationSeconds: leaseMs / 1_000, holderIdentity: /^pado-run-/, renewTime: /\.\d{6}Z$/ });
  await until(({ method }) => method === 'PUT');
  t.match(held().spec, { leaseDurationSeconds: 4, acquireTime: first.spec.acquireTime });
  t.not(held().spec.renewTime, first.spec.renewTime);
  await Promise.all([lease.release(), lease.release()]);
  t.equal(held(), undefined);
  t.equal(seen.filter(({ method }) => method === 'DELETE').length, 1);
});

t.test('a Lease of somebody else is not taken over', async (t) => {
  const { faults, put, objects } = await withCluster(t);
  put(`${leases}/run-1`, { metadata: { name: 'run-1' }, spec: { holderIdentity: 'other' } });
  await t.rejects(holdLease(faults, 'run-1'), { code: 'ERR_PADO_CONFLICT', message: /held by other/ });
  await faults.renewLease('run-2', 4_000);
  const mine = objects.get(`${leases}/run-2`);
  put(`${leases}/run-2`, { ...mine, spec: { ...mine.spec } });
  await t.rejects(faults.renewLease('run-2', 4_000), { code: 'ERR_PADO_CONFLICT' }, 'somebody has touched it');
  await faults.renewLease('run-2', 4_000);
  t.pass('the next renewal knows');
});

t.test('an API server that is away for a moment ends nothing', async (t) => {
  const { faults, report, refuseBy, fault } = await withCluster(t);
  const running = await createFault(faults, { name: 'slow', spec, onStatus: () => {} });
  report('slow', [{ state: 'armed' }]);
  await running.armed(never);
  const looks = running.samples.length;
  refuseBy(() => ({ status: 503, body: { message: 'etcdserver: leader changed' } }));
  const reverted = running.revert();
  await sleep(300);
  refuseBy(() => undefined);
  while (fault('slow').spec.stopped !== true) await sleep(10);
  report('slow', [{ state: 'ended', recovered: true }], { endReason: 'stopped' });
  t.match(await reverted, { phase: 'Ended' });
  t.ok(running.samples.length > looks);
});
