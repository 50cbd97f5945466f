import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { maxLineBytes } from '@pado/fault';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { parseMessage } from '../../../../agent/daemon/src/channel/messages.ts';
import { fault, testAgent } from '../../../helpers/daemon.ts';
import { connectedHost, type Host } from '../../../helpers/host.ts';
import type { WireTarget } from '../../../helpers/wire-agent.ts';
import { anyText, armOf, brokenArm, line, pieces } from './garbage.ts';

const seed = Number(process.env.PADO_SEED ?? 1);
const numRuns = Number(process.env.PADO_RUNS ?? 30);
const parameters = { seed, numRuns, endOnFailure: true };
const cuts = fc.array(fc.nat(), { maxLength: 4 });

const isArmed = (target: WireTarget, from: number): boolean =>
  target.messages.slice(from).some((message) => message.type === 'state' && message.state === 'armed');

/** Everything sent before has been read once the answer to this is there. */
async function caughtUp(target: WireTarget): Promise<void> {
  await target.disarm(`marker-${target.messages.length}-${Math.random()}`);
}

async function worksStill(t: Test, host: Host, target: WireTarget, url: string): Promise<void> {
  const uid = await target.arm({ kind: 'error', direction: 'inbound', status: 500 });
  t.equal((await host.callOnce({ client: 'http', url })).status, 500, 'a fault that makes sense works');
  await target.disarm(uid);
  t.equal((await host.callOnce({ client: 'http', url })).status, 200);
  t.equal(host.output, '');
  t.equal(host.child.exitCode, null);
  t.same(await host.ask('pristine'), []);
}

t.test('an injector arms nothing that is garbage, however it is cut, and goes on', async (t) => {
  const { host, target, url } = await connectedHost(t);
  const lines = fc.array(fc.oneof(line(['arm', 'disarm', 'heartbeat', 'launch', 'constructor']), brokenArm), {
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(lines, cuts, async (lines, cuts) => {
      const from = target.messages.length;
      for (const piece of pieces(`${lines.join('\n')}\n`, cuts)) target.sendRaw(piece);
      await caughtUp(target);
      if (isArmed(target, from)) throw new Error('garbage has armed a fault');
      if ((await host.callOnce({ client: 'http', url })).status !== 200) throw new Error('garbage has an effect');
    }),
    parameters,
  );
  await worksStill(t, host, target, url);
});

t.test('an injector takes messages in any order, and as often as they come', async (t) => {
  const { host, target, url } = await connectedHost(t);
  let run = 0;
  const steps = fc.array(
    fc.record({
      uid: fc.constantFrom('a', 'b'),
      type: fc.constantFrom('arm', 'arm', 'disarm', 'welcome', 'heartbeat'),
    }),
    { maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(steps, async (steps) => {
      run += 1;
      const states = new Map<string, 'armed' | 'ended'>();
      for (const { type, uid: name } of steps) {
        const uid = `${name}-${run}`;
        if (type === 'arm') {
          target.send(armOf(uid));
          // What has ended stays ended.
          if (!states.has(uid)) states.set(uid, 'armed');
        } else if (type === 'disarm') {
          target.send({ type: 'disarm', uid, reason: 'stopped' });
          if (states.has(uid)) states.set(uid, 'ended');
        } else if (type === 'welcome') target.send({ type: 'welcome', version: 1, target: 'again' });
        else target.send({ type: 'heartbeat' });
      }
      await caughtUp(target);
      const { status } = await host.callOnce({ client: 'http', url });
      for (const uid of states.keys()) target.send({ type: 'disarm', uid, reason: 'stopped' });
      await caughtUp(target);
      const expected = [...states.values()].includes('armed') ? 500 : 200;
      if (status !== expected) throw new Error(`${status} instead of ${expected}`);
    }),
    parameters,
  );
  await worksStill(t, host, target, url);
});

t.test('an injector leaves an agent that sends lines without end, and finds it again', async (t) => {
  const { agent, host, target: first, url } = await connectedHost(t);
  let target = first;
  for (const filler of ['x', '[', '\u0000', '{"type":"arm","uid":"']) {
    const arriving = agent.nextTarget();
    target.sendRaw(filler.repeat(Math.ceil((maxLineBytes + 1) / filler.length)));
    target = await arriving;
  }
  // As long as may be, and no longer.
  target.sendRaw(`${JSON.stringify({ type: 'heartbeat' }).padEnd(maxLineBytes)}\n`);
  await worksStill(t, host, target, url);
});

type Daemon = Awaited<ReturnType<typeof testAgent>>;

const metric = async (url: string, name: string): Promise<number> => {
  const found = (await (await fetch(`${url}/metrics`)).text()).split('\n').find((text) => text.startsWith(name));
  return Number(found?.split(' ').at(-1));
};

/** A fault is delivered, and its target is heard. */
async function servesStill(t: Test, { call, connect, until }: Daemon): Promise<void> {
  const target = await connect({ name: 'payments' });
  t.match(await call('POST', '/v1/faults', fault('slow', 'payments')), { status: 201 });
  const { uid } = await target.next('arm');
  target.say({ type: 'state', uid, state: 'armed' });
  t.match(await until('slow', ({ phase }) => phase === 'Injected'), { targets: [{ state: 'armed' }] });
}

t.test('an agent drops and counts what an injector should not say', async (t) => {
  const daemon = await testAgent(t);
  let dropped = 0;
  let port = 1_024;
  const lines = fc.array(line(['hello', 'ports', 'state', 'evidence', 'launch', 'constructor']), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(lines, cuts, async (lines, cuts) => {
      // Each on a channel of its own: one that brings too much nonsense is closed.
      const target = await daemon.connect({ name: 'other' });
      for (const piece of pieces(`${lines.join('\n')}\n`, cuts)) target.raw(piece);
      // The only sense that chance can make here: ports that are some. A second hello and unknown faults are none.
      dropped += lines.filter((text) => text !== '' && parseMessage(text)?.type !== 'ports').length;
      port += 1;
      target.say({ type: 'ports', ports: [port] });
      const known = async () => (await daemon.call('GET', '/v1/targets')).body.items as { ports: number[] }[];
      while (!(await known()).some(({ ports }) => ports[0] === port));
      const counted = await metric(daemon.agent.url, 'pado_channel_dropped_messages_total');
      target.hangUp();
      if (counted !== dropped) throw new Error(`${counted} counted of ${dropped}`);
    }),
    parameters,
  );
  await servesStill(t, daemon);
});

/** Sends bytes as they are and returns all that is answered until the agent, or we, have nothing more to say. */
async function raw(url: string, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.end(bytes);
  return text(socket).catch(() => '');
}

t.test('an agent answers any request, and no fault comes of one that makes no sense', async (t) => {
  const daemon = await testAgent(t);
  const { agent, call } = daemon;
  const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'get', 'BREW');
  const path = fc.oneof(
    fc.constantFrom('/v1/faults', '/v1/faults/x', '/v1/leases/x', '/v1/targets', '/v1/faults?wait=true', '/v1/channel'),
    fc.constantFrom(
      '/v1/faults/__proto__',
      '/v1/faults/%00',
      '/v1/faults/%',
      '//',
      '/../..',
      '*',
      'http://[',
      '/v1/constructor/x',
    ),
    anyText(40).map((text) => `/${text.replaceAll(/\s/gu, '')}`),
  );
  const body = fc.oneof(
    line(['Fault', 'arm']),
    fc.constantFrom(
      JSON.stringify({ ...fault('x', 'nobody'), spec: null }),
      JSON.stringify({ ...fault('x', 'nobody'), metadata: [] }),
      JSON.stringify(fault('x', 'nobody', { effects: [] })),
      'x'.repeat(1_100_000),
      '['.repeat(1_000_000),
    ),
  );
  const authorization = fc.constantFrom(`Bearer ${agent.token}`, `Bearer ${agent.token}`, 'Bearer x', 'x');
  await fc.assert(
    fc.asyncProperty(method, path, body, authorization, async (method, path, body, authorization) => {
      const head = [
        `${method} ${path} HTTP/1.1`,
        'host: 127.0.0.1',
        'connection: close',
        `authorization: ${authorization}`,
      ];
      const bytes = `${head.join('\r\n')}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
      const [, status = '0'] = /^HTTP\/1\.1 (\d+)/.exec(await raw(agent.url, bytes)) ?? [];
      if (Number(status) >= 500) throw new Error(`the agent failed: ${status}`);
    }),
    parameters,
  );
  const bytes = anyText(2_000);
  await fc.assert(
    fc.asyncProperty(bytes, async (bytes) => void (await raw(agent.url, bytes))),
    parameters,
  );
  t.same((await call('GET', '/v1/faults')).body, { items: [] });
  await servesStill(t, daemon);
});

t.test('what an injector drops is counted and told, and so is what its agent cannot arm', async (t) => {
  const { target } = await connectedHost(t);
  target.sendRaw('{\n[]\n{"type":"launch"}\n');
  await target.next((message) => message.type === 'heartbeat' && message.dropped === 3);
  const uid = await target.arm({ kind: 'latency', direction: 'inbound', delay: '1s', match: { host: {} as string } });
  t.match(target.lastState(uid), { state: 'failed', code: 'ERR_PADO_INVALID' });
  await target.next((message) => message.type === 'heartbeat' && message.dropped === 4);
});

t.test('an agent adds up what its injectors say of themselves', async (t) => {
  const { agent, connect } = await testAgent(t);
  const metrics = async () => (await fetch(`${agent.url}/metrics`)).text();
  const injector = await connect({ name: 'orders' });
  for (const dropped of [2, 5]) injector.say({ type: 'heartbeat', dropped, swallowed: 1 });
  while (!(await metrics()).includes('pado_injector_mishaps_total{what="dropped"} 5'));
  t.match(await metrics(), /pado_injector_mishaps_total\{what="swallowed"\} 1/);
});
