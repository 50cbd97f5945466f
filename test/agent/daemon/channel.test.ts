import type { EffectEvidence } from '@pado/fault';
import t from 'tap';
import { fault, testAgent } from '../../helpers/daemon.ts';

const evidence = (matched: number, applied: number): EffectEvidence[] => [
  {
    index: 0,
    kind: 'latency',
    matched,
    applied,
    cut: 0,
    dose: {
      unit: 'ms',
      samples: applied,
      requestedSum: applied * 1_000,
      deliveredSum: applied * 1_001,
      deliveredMin: 1_001,
      deliveredMax: 1_001,
      errorBuckets: [[1, applied]],
    },
  },
];

const metric = async (url: string, name: string): Promise<number> => {
  const line = (await (await fetch(`${url}/metrics`)).text()).split('\n').find((text) => text.startsWith(name));
  return Number(line?.split(' ').at(-1));
};

t.test('sums evidence over processes and exports it as counters that never fall', async (t) => {
  const { agent, call, connect, until } = await testAgent(t);
  const [a, b] = [
    await connect({ name: 'payments', pid: 1 }),
    await connect({ name: 'payments', pid: 2, instance: 'instance-b' }),
  ];
  await call('POST', '/v1/faults', fault('slow', 'payments'));
  const { uid } = await a.next('arm');
  a.say({ type: 'evidence', uid, effects: evidence(10, 5) });
  b.say({ type: 'evidence', uid, effects: evidence(4, 4) });
  const status = await until('slow', (current) => current.evidence[0]?.applied === 9);
  t.match(status.evidence, [
    { matched: 14, applied: 9, dose: { samples: 9, requestedSum: 9_000, deliveredSum: 9_009, errorBuckets: [[1, 9]] } },
  ]);
  t.equal(await metric(agent.url, 'pado_fault_applied_total'), 9);
  t.equal(await metric(agent.url, 'pado_fault_requested_delay_seconds_sum'), 9);

  b.hangUp();
  await until('slow', ({ targets }) => targets.some(({ state }) => state === 'lost'));
  const again = await connect({ name: 'payments', pid: 2, instance: 'instance-b' });
  again.say({ type: 'evidence', uid, effects: evidence(3, 3) });
  again.say({ type: 'evidence', uid, effects: evidence(6, 6) });
  await until('slow', (current) => current.evidence[0]?.applied === 11);
  t.equal(await metric(agent.url, 'pado_fault_applied_total'), 11);
  t.equal(await metric(agent.url, 'pado_channel_dropped_messages_total'), 1, 'the replayed report was dropped');
});

t.test('drops and counts what makes no sense, and goes on', async (t) => {
  const { agent, call, connect } = await testAgent(t);
  const target = await connect({ name: 'payments' });
  const nonsense = [
    'not json',
    '{}',
    '{"type":"launch"}',
    '{"type":"hello"}',
    '{"type":"state","uid":"none","state":"armed"}',
    '{"type":"evidence","uid":"none","effects":[]}',
    '{"type":"evidence","uid":"none","effects":[{"index":99}]}',
    '{"type":"ports","ports":[0]}',
    '[1,2,3]',
    'null',
  ];
  for (const line of nonsense) target.raw(`${line}\n`);
  target.raw('{"type":"ports",'.concat('"ports":[7009]}\n'));
  while (((await call('GET', '/v1/targets')).body.items[0]?.ports ?? []).length === 0);
  t.equal(await metric(agent.url, 'pado_channel_dropped_messages_total'), nonsense.length);
});

t.test('closes a connection that sends a line without end', async (t) => {
  const { connect, agent } = await testAgent(t);
  const target = await connect({ name: 'payments' });
  target.raw('x'.repeat(1_048_600));
  await target.closed;
  t.equal(await metric(agent.url, 'pado_targets_connected'), 0);
});

t.test('closes a connection that talks nonsense without end', async (t) => {
  const { connect, agent } = await testAgent(t);
  const target = await connect({ name: 'payments' });
  target.raw('x\n'.repeat(10_000));
  await target.closed;
  t.ok((await metric(agent.url, 'pado_channel_dropped_messages_total')) < 500, 'most of it is not even read');
});

t.test('sends a heartbeat every second and forgets who hangs up', async (t) => {
  const { agent, connect } = await testAgent(t);
  const target = await connect({ name: 'payments' });
  await target.next('heartbeat');
  await target.next('heartbeat');
  target.hangUp();
  await target.closed;
  while ((await metric(agent.url, 'pado_targets_connected')) !== 0);
  t.pass('the target is gone');
});

t.test('takes thousands of connects without keeping any', { timeout: 60_000 }, async (t) => {
  const { agent, connect } = await testAgent(t);
  for (let round = 0; round < 20; round++) {
    const crowd = await Promise.all(
      Array.from({ length: 100 }, (_, pid) => connect({ name: 'payments', pid: pid + 1 })),
    );
    for (const target of crowd) target.hangUp();
    await Promise.all(crowd.map((target) => target.closed));
  }
  while ((await metric(agent.url, 'pado_targets_connected')) !== 0);
  t.pass('2,000 came and went');
});

t.test('a leaving agent ends its faults first', async (t) => {
  const { agent, call, connect } = await testAgent(t);
  const target = await connect({ name: 'payments' });
  await call('POST', '/v1/faults', fault('slow', 'payments'));
  const { uid } = await target.next('arm');
  target.say({ type: 'state', uid, state: 'armed' });
  const closing = agent.close();
  t.match(await target.next('disarm'), { uid, reason: 'deleted' });
  target.say({ type: 'state', uid, state: 'ended' });
  await closing;
  await target.closed;
});
