import { setTimeout as sleep } from 'node:timers/promises';
import { type FaultStatus, nameLabel } from '@pado/fault';
import t, { type Test } from 'tap';
import { agentApi } from '../../../../runner/src/providers/fault/agent-api.ts';
import { holdLease, leaseMs } from '../../../../runner/src/providers/fault/lease.ts';
import { createFault } from '../../../../runner/src/providers/fault/running-fault.ts';
import { handClock, testAgent } from '../../../helpers/daemon.ts';

const spec = (ttl = '20s') => ({
  target: { selector: { matchLabels: { [nameLabel]: 'payments' } } },
  ttl,
  effects: [{ kind: 'latency' as const, direction: 'inbound' as const, delay: '1s' }],
});
const never = new AbortController().signal;

async function withAgent(t: Test, options: Parameters<typeof testAgent>[1] = {}) {
  const helper = await testAgent(t, options);
  const { url, tokenFile } = helper.agent;
  return { ...helper, api: agentApi({ url, tokenFile }) };
}

t.test('a fault from arming to its evidence', async (t) => {
  const { api, connect } = await withAgent(t);
  const payments = await connect({ name: 'payments' });
  const seen: FaultStatus[] = [];
  const fault = await createFault(api, { name: 'slow', spec: spec(), onStatus: (status) => seen.push(status) });
  const { uid } = await payments.next('arm');
  payments.say({ type: 'state', uid, state: 'armed' });
  await fault.armed(never);
  const armedAt = Date.now();
  payments.say({ type: 'evidence', uid, effects: [{ index: 0, kind: 'latency', matched: 9, applied: 9, cut: 0 }] });
  while (fault.samples.at(-1)?.applied !== 9) await sleep(10);
  t.ok((fault.startedAtMs() ?? Number.POSITIVE_INFINITY) <= armedAt, 'it acted from its arming on');

  const reverted = fault.revert();
  t.match(await payments.next('disarm'), { reason: 'stopped' });
  t.equal(fault.revertedAtMs(), undefined, 'told to stop is not yet reverted');
  payments.say({ type: 'evidence', uid, effects: [{ index: 0, kind: 'latency', matched: 12, applied: 11, cut: 1 }] });
  payments.say({ type: 'state', uid, state: 'ended' });
  t.match(await reverted, { phase: 'Ended', endReason: 'stopped', evidence: [{ matched: 12, applied: 11, cut: 1 }] });
  t.ok((fault.revertedAtMs() ?? 0) >= (fault.startedAtMs() ?? 0));
  t.match(seen.at(-1), { phase: 'Ended' });
});

t.test('a fault that is deleted by someone else', async (t) => {
  const { api, connect, call } = await withAgent(t);
  const payments = await connect({ name: 'payments' });
  const fault = await createFault(api, { name: 'slow', spec: spec(), onStatus: () => {} });
  const { uid } = await payments.next('arm');
  payments.say({ type: 'state', uid, state: 'armed' });
  await fault.armed(never);
  await call('DELETE', '/v1/faults/slow');
  await t.rejects(fault.revert(), { code: 'ERR_PADO_NOT_FOUND' });
});

t.test('waiting for a target can be interrupted', async (t) => {
  const { api } = await withAgent(t);
  const fault = await createFault(api, { name: 'slow', spec: spec(), onStatus: () => {} });
  const abort = new AbortController();
  const armed = fault.armed(abort.signal);
  abort.abort();
  await t.rejects(armed, { name: 'AbortError' });
  t.match(await fault.revert(), { phase: 'Ended' }, 'and the fault still be reverted');
});

t.test('a fault that ends before anything was armed has no target', async (t) => {
  const clock = handClock();
  const { api } = await withAgent(t, { clock });
  const fault = await createFault(api, { name: 'slow', spec: spec('1s'), onStatus: () => {} });
  clock.advance(1_500);
  await t.rejects(fault.armed(never), {
    code: 'ERR_PADO_NO_TARGET',
    message: /no connected process has the labels .*payments/,
  });
  await fault.revert();
});

t.test('a target that refuses says why', async (t) => {
  const clock = handClock();
  const { api, connect } = await withAgent(t, { clock });
  const payments = await connect({ name: 'payments' });
  const fault = await createFault(api, { name: 'slow', spec: spec('1s'), onStatus: () => {} });
  const { uid } = await payments.next('arm');
  payments.say({ type: 'state', uid, state: 'failed', reason: 'it would kill the process' });
  clock.advance(1_500);
  await t.rejects(fault.armed(never), { code: 'ERR_PADO_NO_TARGET', message: /payments: it would kill the process/ });
  await fault.revert();
});

t.test('an agent that is gone is told as such', async (t) => {
  const { api, agent } = await withAgent(t);
  await agent.close();
  await t.rejects(api.targets(), { code: 'ERR_PADO_AGENT_UNREACHABLE' });
});

t.test('a wrong token is told as such', async (t) => {
  const { agent } = await withAgent(t);
  const directory = t.testdir({ token: 'wrong' });
  await t.rejects(agentApi({ url: agent.url, tokenFile: `${directory}/token` }).targets(), {
    code: 'ERR_PADO_UNAUTHORIZED',
  });
});

t.test('a lease is renewed for as long as it is held', async (t) => {
  const renewals: number[] = [];
  let releases = 0;
  const lease = await holdLease(
    {
      renewLease: async (_, durationMs) => void renewals.push(durationMs),
      releaseLease: async () => void releases++,
    },
    'run-1',
  );
  while (renewals.length < 3) await sleep(50);
  t.same(new Set(renewals), new Set([leaseMs]));
  await Promise.all([lease.release(), lease.release()]);
  const count = renewals.length;
  await sleep(1_200);
  t.equal(renewals.length, count, 'no renewal follows the release');
  t.equal(releases, 1, 'releasing twice is once');
});

t.test('a lease that cannot be renewed is lost, not before its time', async (t) => {
  let agentIsThere = true;
  const lease = await holdLease(
    {
      renewLease: async () => {
        if (!agentIsThere) throw new Error('connect ECONNREFUSED');
      },
      releaseLease: async () => {},
    },
    'run-1',
  );
  agentIsThere = false;
  const since = performance.now();
  await t.rejects(lease.lost, { code: 'ERR_PADO_AGENT_UNREACHABLE', message: /ECONNREFUSED/ });
  t.ok(performance.now() - since >= leaseMs - 100);
  await lease.release();
});
