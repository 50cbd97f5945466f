import type { Effect } from '@pado/fault';
import t from 'tap';
import { callOf, safetyHost } from './host.ts';

const callers = ['http', 'fetch', 'pool', 'socket', 'dns.lookup'] as const;

/** Faults that look at everything of a request there is to look at, and change nothing that a caller would notice. */
const curious: readonly Effect[] = [
  {
    kind: 'latency',
    direction: 'inbound',
    delay: '1ms',
    match: { path: '/**', headers: { 'content-type': '*' }, baggage: { cohort: 'canary' }, host: '127.*' },
  },
  {
    kind: 'latency',
    direction: 'outbound',
    delay: '1ms',
    match: { host: '127.*', service: 'orders', method: ['GET', 'POST'] },
  },
  { kind: 'latency', direction: 'inbound', delay: '1ms', match: { path: '/(/*' } },
  { kind: 'latency', direction: 'outbound', delay: '1ms', at: 'after' },
];

/** Faults that a hostile agent, or a mistaken one, might send; those that cannot be are refused. */
const hostile: readonly unknown[] = [
  { kind: 'latency', direction: 'inbound', delay: '1ms', match: { path: '/(a+)+$/' } },
  { kind: 'latency', direction: 'inbound', delay: '1ms', match: { headers: { __proto__: 'x', constructor: '*' } } },
  { kind: 'latency', direction: 'outbound', delay: '1ms', match: { service: 'constructor' } },
  { kind: 'latency', direction: 'outbound', delay: '1ms', match: { service: '__proto__' } },
  { kind: 'latency', direction: 'inbound', delay: '1ms', match: { method: 5 } },
  { kind: 'latency', direction: 'inbound', delay: '1ms', match: { host: {} } },
  { kind: 'latency', direction: 'inbound', delay: '1ms', match: { headers: 'all' } },
  { kind: 'latency', direction: 'inbound', delay: '1ms', match: { baggage: [[]] } },
  { kind: 'latency', direction: 'inbound', delay: {} },
  { kind: 'latency', direction: 'inbound', delay: '1ms', distribution: 'constructor' },
  { kind: 'latency', direction: 'sideways', layer: '__proto__', delay: '1ms' },
  { kind: 'error', direction: 'inbound', status: 200, percentage: 0, headers: { 'bad name': '\r\n' } },
  { kind: 'event-loop', load: 'all' },
  { kind: 'memory', where: 'nowhere', size: '1Mi' },
  { kind: 'cpu', load: 0, workers: -1 },
  { kind: 'constructor' },
  { kind: '__proto__' },
];

t.test("faults that make no sense never reach the host's own calls", async (t) => {
  const { host, target } = await safetyHost(t);
  for (const effect of hostile) {
    const arm = armOf(effect as Effect);
    target.send(arm);
    // Whether it is refused or dropped: it has been read once this is answered.
    await target.disarm(`after ${arm.uid}`);
    for (const caller of callers) t.equal(await callOf(host, caller), 'done', `${JSON.stringify(effect)}, ${caller}`);
    target.send({ type: 'disarm', uid: arm.uid, reason: 'stopped' });
  }
  const uid = await target.arm({ kind: 'error', direction: 'inbound', status: 500 });
  t.match(target.lastState(uid), { state: 'armed' }, 'and the injector is well');
  await target.disarm(uid);
  t.equal(host.output, '');
});

// Each is something that a program, or a library of its, has been seen to do to itself; it must not be worse with a fault.
const spoilers = [
  'JSON.stringify',
  'JSON.parse',
  'Array.prototype',
  'String.prototype',
  'performance.now',
  'Object.prototype',
  'timers',
  'frozen',
  'hostile requests',
];

for (const spoiler of spoilers) {
  t.test(`a host that has spoilt its ${spoiler} fares no worse with a fault than without`, async (t) => {
    const { host: plain } = await safetyHost(t);
    await plain.ask('spoil', spoiler);
    const { host, target, agent } = await safetyHost(t);
    for (const effect of curious) target.send(armOf(effect));
    await callOf(host, 'http');
    await host.ask('spoil', spoiler);
    for (const effect of curious) target.send(armOf(effect));
    for (const caller of callers)
      t.equal(await callOf(host, caller), await callOf(plain, caller), `${caller}, as without a fault`);
    agent.kill();
    for (const caller of callers)
      t.equal(await callOf(host, caller), await callOf(plain, caller), `${caller}, without the agent`);
    t.equal(host.child.exitCode, null, 'the program lives');
    t.equal(host.output, plain.output, 'and has written nothing that it would not have written');
  });
}

let count = 0;
function armOf(effect: Effect) {
  count += 1;
  return {
    type: 'arm',
    uid: `fault-${count}`,
    name: 'curious',
    spec: { target: { selector: { matchLabels: {} } }, ttl: '20s', effects: [effect] },
    elapsedMs: 0,
    remainingMs: 20_000,
    services: { orders: [{ host: '*', port: 1 }] },
  } as const;
}
