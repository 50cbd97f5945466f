import type { FaultReport, ReportedTarget } from '@pado/fault';
import t, { type Test } from 'tap';
import { monotonicClock } from '../../../../agent/daemon/src/clock.ts';
import { KubeError } from '../../../../agent/daemon/src/kubernetes/api/kube-api.ts';
import {
  ReportWriter,
  reportName,
  reportsPath,
  type Snapshot,
} from '../../../../agent/daemon/src/kubernetes/report-writer.ts';
import { silentLog } from '../../../../agent/daemon/src/log.ts';
import { fakeApi } from './tls/fake-api.ts';

const target = (instance: string, state: ReportedTarget['state'] = 'armed'): ReportedTarget => ({
  ...{ pod: 'web-1', podUid: 'pod-1', pid: 1, instance, name: 'web', state },
  recovered: state === 'ended',
  evidence: [],
});

const fault = { name: 'slow', namespace: 'shop', uid: 'fault-1' };
const path = `${reportsPath('shop')}/slow.node1`;

function start(t: Test) {
  const fake = fakeApi();
  const life = new AbortController();
  t.teardown(() => life.abort());
  const foreign: ReportedTarget[] = [];
  const state: { now: Snapshot } = { now: { targets: [], isFinal: false } };
  const writer = new ReportWriter({
    ...{ api: fake.api, fault, node: 'node1', clock: monotonicClock, log: silentLog, signal: life.signal },
    snapshot: () => state.now,
    onForeign: (targets) => foreign.push(...targets),
  });
  const stored = () => fake.objects.get(path) as unknown as FaultReport | undefined;
  const written = () => new Promise<void>((resolve) => writer.afterWrite(resolve));
  return { fake, life, foreign, state, writer, stored, written };
}

t.test('what is armed is on record before', async (t) => {
  const { state, stored, written } = start(t);
  state.now = { targets: [target('a', 'pending')], isFinal: false };
  await written();
  t.match(stored(), {
    kind: 'FaultReport',
    node: 'node1',
    fault: { uid: 'fault-1' },
    metadata: { ownerReferences: [{ kind: 'Fault', name: 'slow', uid: 'fault-1', blockOwnerDeletion: false }] },
    targets: [{ instance: 'a', state: 'pending' }],
  });
});

t.test('waits for the API server as long as it takes, and runs nothing before', async (t) => {
  const { fake, state, stored, written } = start(t);
  let refusals = 3;
  fake.refuse = () => (refusals-- > 0 ? new KubeError(503, 'ServiceUnavailable', 'not now') : undefined);
  state.now = { targets: [target('a', 'pending')], isFinal: false };
  await written();
  t.match(stored(), { targets: [{ instance: 'a' }] });
  t.equal(fake.calls.length, 4);
});

t.test('another agent of the node has written: what it knew is heard, and nothing is overwritten unread', async (t) => {
  const { fake, state, foreign, stored, written } = start(t);
  state.now = { targets: [target('mine')], isFinal: false };
  await written();
  const theirs = { ...stored(), targets: [target('theirs')] } as never;
  fake.put(path, theirs);
  await written();
  t.match(foreign, [{ instance: 'theirs' }]);
  t.match(stored(), { targets: [{ instance: 'mine' }] });
});

t.test('an earlier report is read at the start, but not that of an earlier fault of the same name', async (t) => {
  const first = start(t);
  first.fake.put(path, { metadata: { name: 'slow.node1' }, fault, targets: [target('before')] } as never);
  await first.writer.load();
  t.match(first.foreign, [{ instance: 'before' }]);
  const second = start(t);
  const old = { ...fault, uid: 'another' };
  second.fake.put(path, { metadata: { name: 'slow.node1' }, fault: old, targets: [target('before')] } as never);
  await second.writer.load();
  t.same(second.foreign, []);
  second.state.now = { targets: [], isFinal: false };
  await second.written();
  t.match(second.stored(), { fault: { uid: 'fault-1' } });
});

/** Whether it comes true before a mere sign of life would be written, after 5 s. */
const soon = async (isSo: () => boolean, withinMs = 4_000) => {
  const giveUpAt = monotonicClock.now() + withinMs;
  while (!isSo() && monotonicClock.now() < giveUpAt) await new Promise(setImmediate);
  return isSo();
};

t.test('a state that changes after a write is not left to the next sign of life', async (t) => {
  const { state, writer, stored, written } = start(t);
  state.now = { targets: [target('a', 'pending')], isFinal: false };
  await written();
  state.now = { targets: [target('a', 'armed')], isFinal: false };
  writer.touch();
  t.ok(await soon(() => stored()?.targets[0]?.state === 'armed'));
});

t.test('a state that changes during a write is written after it', async (t) => {
  const { fake, state, writer, stored, written } = start(t);
  state.now = { targets: [target('a', 'pending')], isFinal: false };
  const first = written();
  t.ok(await soon(() => fake.calls.length === 1), 'the first write is on its way');
  state.now = { targets: [target('a', 'armed')], isFinal: false };
  writer.touch();
  await first;
  t.ok(await soon(() => stored()?.targets[0]?.state === 'armed'));
});

t.test('counts that change are written every two seconds at most', async (t) => {
  const { state, writer, stored, written } = start(t);
  state.now = { targets: [target('a')], isFinal: false };
  await written();
  const at = monotonicClock.now();
  const counted = { index: 0, kind: 'latency', matched: 1, applied: 1, cut: 0 };
  state.now = { targets: [{ ...target('a'), evidence: [counted] }], isFinal: false };
  const touching = setInterval(() => writer.touch(), 20);
  t.teardown(() => clearInterval(touching));
  t.ok(await soon(() => stored()?.targets[0]?.evidence[0]?.matched === 1));
  t.ok(monotonicClock.now() - at >= 1_900, 'not before');
});

t.test('an API server that is slow to take them is asked to take counts less often', async (t) => {
  const { fake, state, writer, stored, written } = start(t);
  const { request } = fake.api;
  const slowly: typeof request = async (...args) => {
    await new Promise((resolve) => setTimeout(resolve, 150));
    return request(...args);
  };
  Object.assign(fake.api, { request: slowly });
  state.now = { targets: [target('a')], isFinal: false };
  await written();
  const at = monotonicClock.now();
  const counted = { index: 0, kind: 'latency', matched: 1, applied: 1, cut: 0 };
  state.now = { targets: [{ ...target('a'), evidence: [counted] }], isFinal: false };
  const touching = setInterval(() => writer.touch(), 20);
  t.teardown(() => clearInterval(touching));
  t.ok(await soon(() => stored()?.targets[0]?.evidence[0]?.matched === 1, 15_000));
  t.ok(monotonicClock.now() - at >= 2_900, 'twenty times as long as a write takes');
});

t.test('what changes does not shorten the pause after a failure', async (t) => {
  const { fake, state, writer, written } = start(t);
  let refusals = 4;
  fake.refuse = () => (refusals-- > 0 ? new KubeError(503, 'ServiceUnavailable', 'not now') : undefined);
  state.now = { targets: [target('a')], isFinal: false };
  const touching = setInterval(() => writer.touch(), 5);
  t.teardown(() => clearInterval(touching));
  const at = monotonicClock.now();
  await written();
  t.equal(fake.calls.length, 5);
  t.ok(monotonicClock.now() - at >= 1_400, 'half of 200, 400, 800 and 1,600 ms at least');
});

t.test('after the last word nothing is written any more', async (t) => {
  const { fake, state, writer, written } = start(t);
  state.now = { targets: [target('a', 'ended')], endReason: 'ttl', isFinal: true };
  await written();
  const { length } = fake.calls;
  writer.touch();
  await new Promise((resolve) => setTimeout(resolve, 150));
  t.equal(fake.calls.length, length);
});

t.test('a fault that was deleted with its namespace is nobody to report to', async (t) => {
  const { fake, state, writer } = start(t);
  fake.refuse = () => new KubeError(404, 'NotFound', 'gone');
  state.now = { targets: [target('a')], endReason: 'deleted', isFinal: false };
  writer.touch();
  await new Promise((resolve) => setTimeout(resolve, 600));
  t.equal(fake.calls.length, 1);
});

t.test('a name that would be too long is shortened by a digest of the node', (t) => {
  const node = `${'n'.repeat(240)}.example.com`;
  const name = reportName('f'.repeat(63), node);
  t.ok(name.length <= 253);
  t.equal(name, reportName('f'.repeat(63), node));
  t.not(name, reportName('f'.repeat(63), `${node}.kr`));
  t.equal(reportName('slow', 'node1'), 'slow.node1');
  t.end();
});
