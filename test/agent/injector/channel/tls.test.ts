import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { bundle } from '@pado/injector/bundle';
import t, { type Test } from 'tap';
import { startHost } from '../../../helpers/host.ts';
import { WireAgent, type WireAgentOptions } from '../../../helpers/wire-agent.ts';
import { authority } from './certificates.ts';
import { nameServer } from './name-server.ts';

t.setTimeout(120_000);
const folder = t.testdir();
const ours = authority(folder, 'ours');
const other = authority(folder, 'other');
const names = ['IP:127.0.0.1', 'DNS:localhost', 'DNS:pado-agent.pado.svc'];
const tls = ours.issue({ names });

/** An agent that speaks TLS, and a file to trust it by. */
async function secureAgent(t: Test, options: WireAgentOptions = {}, ca: string | undefined = ours.ca) {
  const agent = await new WireAgent({ tls, ...options }).start();
  t.teardown(() => agent.stop());
  const caFile = join(t.testdir(), 'ca.crt');
  if (ca !== undefined) writeFileSync(caFile, ca);
  return { agent, caFile, env: { PADO_AGENT_CA_FILE: caFile } };
}

async function secureHost(t: Test, options: WireAgentOptions = {}, more: NodeJS.ProcessEnv = {}) {
  const { agent, caFile, env } = await secureAgent(t, options);
  const arriving = agent.nextTarget();
  const host = await startHost(t, agent, { ...env, ...more });
  return { agent, caFile, host, target: await arriving };
}

t.test('an agent is reached over TLS, by address and by name', async (t) => {
  for (const host of ['127.0.0.1', 'localhost']) {
    const { target, host: program } = await secureHost(t, { host });
    await target.next((message) => message.type === 'heartbeat');
    t.equal(target.hello.version, 1, host);
    t.equal(program.output, '');
  }
});

t.test('a bundle of several certificates trusts each of them', async (t) => {
  const { agent, env } = await secureAgent(t, {}, `${other.ca}\n${ours.ca}`);
  const arriving = agent.nextTarget();
  await startHost(t, agent, env);
  t.ok((await arriving).hello);
});

const strangers = {
  'of another authority': { tls: other.issue({ names }) },
  'that has expired': { tls: ours.issue({ names, days: -1 }) },
  'of another name': { tls: ours.issue({ names: ['DNS:elsewhere.example', 'IP:127.0.0.2'] }) },
  'of another name, asked for by name': { tls: ours.issue({ names: ['IP:127.0.0.1'] }), host: 'localhost' },
} as const;
const environments: Readonly<Record<string, NodeJS.ProcessEnv>> = {
  'as it is': {},
  'that verifies nothing': { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
  'that trusts more': { NODE_EXTRA_CA_CERTS: join(folder, 'other-ca.crt') },
};

for (const [who, stranger] of Object.entries(strangers)) {
  t.test(`an agent with a certificate ${who} gets no token, whatever the environment says`, async (t) => {
    for (const [how, more] of Object.entries(environments)) {
      const { agent, env } = await secureAgent(t, stranger);
      const host = await startHost(t, agent, { ...env, ...more });
      while (agent.connections < 3) await once(agent, 'connection');
      t.equal(agent.targets.length + agent.refused, 0, `in an environment ${how}`);
      t.equal(host.output, '');
      host.child.kill('SIGKILL');
    }
  });
}

t.test('the program’s own limits of TLS versions, and its own trust, are no concern of the channel', async (t) => {
  for (const flags of ['--tls-max-v1.2', '--tls-min-v1.3', '--use-openssl-ca', '--use-bundled-ca']) {
    const more = { NODE_OPTIONS: `${flags} --require=${await bundle()}`, NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    const { target, host } = await secureHost(t, {}, more);
    t.ok(target.hello, flags);
    t.equal(host.output, '', 'not even a warning');
  }
});

t.test('until there is a certificate to trust it by, no connection is made', async (t) => {
  const { agent, caFile, env } = await secureAgent(t);
  rmSync(caFile);
  const host = await startHost(t, agent, env);
  await host.ask('lag', 700);
  writeFileSync(caFile, '');
  await host.ask('lag', 700);
  t.equal(agent.connections, 0);
  const arriving = agent.nextTarget();
  writeFileSync(caFile, ours.ca);
  const target = await arriving;
  const beat = await target.next((message) => message.type === 'heartbeat');
  t.match(beat, { dropped: 0, swallowed: 0 }, 'and nothing has gone wrong');
  t.equal(host.output, '');
});

t.test('a certificate file that is broken is read again', async (t) => {
  const { agent, caFile, env } = await secureAgent(t);
  writeFileSync(caFile, '-----BEGIN CERTIFICATE-----\nbroken\n-----END CERTIFICATE-----\n');
  const host = await startHost(t, agent, env);
  await host.ask('lag', 700);
  t.equal(agent.targets.length + agent.refused, 0);
  const arriving = agent.nextTarget();
  writeFileSync(caFile, ours.ca);
  t.ok((await arriving).hello);
  t.equal(host.output, '');
});

t.test('certificates and token that have changed while connected count at the next attempt', async (t) => {
  const { agent, caFile, target } = await secureHost(t);
  agent.rotate(other.issue({ names }));
  agent.token = 'next';
  writeFileSync(caFile, other.ca);
  writeFileSync(agent.tokenFile, 'next\n');
  await target.next((message) => message.type === 'heartbeat');
  t.equal(agent.connections, 1, 'the connection that is there goes on');
  const arriving = agent.nextTarget();
  target.drop();
  t.equal((await arriving).hello.instance, target.hello.instance);
  t.equal(agent.connections, 2, 'on a fresh connection');
  t.equal(agent.refused, 0);
});

t.test('an agent that says nothing in the handshake is left after a second, for another attempt', async (t) => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { agent, env } = await secureAgent(t);
  const { port } = server.address() as AddressInfo;
  const host = await startHost(t, agent, { ...env, PADO_AGENT_URL: `https://127.0.0.1:${port}` });
  const [socket] = await once(server, 'connection');
  const startedAt = performance.now();
  socket.on('error', () => {});
  socket.resume();
  await once(socket, 'close');
  const ms = performance.now() - startedAt;
  t.ok(ms > 600 && ms < 6_000, `${ms} ms`);
  const [again] = await once(server, 'connection');
  again.on('error', () => {});
  again.destroy();
  t.equal(host.output, '');
});

t.test('faults of names, connections and requests that fit everything never touch the channel', async (t) => {
  const { agent, host, target } = await secureHost(t, { host: 'localhost' });
  const faults = await Promise.all([
    target.arm({ kind: 'error', layer: 'dns', code: 'ENOTFOUND' }),
    target.arm({ kind: 'abort', layer: 'tcp', code: 'ECONNREFUSED' }),
    target.arm({ kind: 'throttle', layer: 'tcp', bytesPerSecond: 1 }),
    target.arm({ kind: 'abort', direction: 'outbound' }),
    target.arm({ kind: 'error', direction: 'inbound', status: 503 }),
  ]);
  await target.next((message) => message.type === 'heartbeat');
  const arriving = agent.nextTarget();
  target.drop();
  const again = await arriving;
  await again.next((message) => message.type === 'heartbeat');
  const call = await host.callOnce({ client: 'http', url: agent.url.replace('https', 'http') });
  t.match(call.error, { code: 'ECONNRESET' }, 'they are there');
  for (const uid of faults) {
    await again.until((message) => message.type === 'state' && message.uid === uid);
    t.match(again.lastState(uid), { state: 'armed' });
  }
  const matched: number[] = [];
  for (const uid of faults) matched.push((await again.disarm(uid))[0]?.matched ?? 0);
  t.same(matched, [0, 0, 0, 1, 0], 'the call of the program itself is all that they have seen');
  t.equal(host.output, '');
});

t.test('with every thread of the pool occupied the agent is found again, by name', async (t) => {
  const { address, asked } = await nameServer(t, { 'pado-agent.pado.svc': '127.0.0.1' });
  const preload = join(folder, 'resolver.cjs');
  writeFileSync(
    preload,
    `const dns = require('node:dns');
     dns.Resolver = class extends dns.Resolver {
       constructor(options) { super(options); this.setServers(['${address}']); }
     };`,
  );
  const agent = await new WireAgent({ tls, host: 'pado-agent.pado.svc' }).start();
  t.teardown(() => agent.stop());
  const caFile = join(folder, 'ours-ca.crt');
  const arriving = agent.nextTarget();
  const host = await startHost(t, agent, {
    NODE_OPTIONS: `--require=${preload} --require=${await bundle()}`,
    PADO_AGENT_CA_FILE: caFile,
    UV_THREADPOOL_SIZE: '2',
  });
  const target = await arriving;
  const uid = await target.arm({ kind: 'threadpool' });
  let isDone = false;
  const work = host.ask('pool', 1).finally(() => {
    isDone = true;
  });
  const before = asked.length;
  const returning = agent.nextTarget();
  target.drop();
  const again = await returning;
  await again.until((message) => message.type === 'state' && message.uid === uid);
  t.match(again.lastState(uid), { state: 'armed' });
  t.ok(asked.length > before, 'its name was asked for again');
  t.notOk(isDone, 'no thread was free meanwhile');
  await again.disarm(uid);
  await work;
});

t.test('goaway: an agent that is gone for seconds is found again before the effect is suspended', async (t) => {
  const { agent, host, target } = await secureHost(t);
  const effect = { kind: 'latency', direction: 'inbound', delay: '1ms' } as const;
  const uid = await target.arm(effect, { ttl: '60s' });
  target.send({ type: 'goaway' });
  await once(agent, 'lost');
  agent.kill();
  await host.ask('lag', 2_500);
  t.ok((await host.ask<string[]>('pristine')).length > 0);
  const returning = agent.nextTarget();
  await agent.listen();
  const again = await returning;
  await again.arm(effect, { uid, ttl: '60s' });
  const states = again.messages.flatMap((message) => (message.type === 'state' ? [message.state] : []));
  t.ok(states.every((state) => state === 'armed') && states.length > 0, `${states}`);
});

t.test('an agent that says goaway at once is no reason for haste', async (t) => {
  const { agent, host, target } = await secureHost(t);
  const before = agent.connections;
  agent.on('target', (newcomer) => newcomer.send({ type: 'goaway' }));
  target.send({ type: 'goaway' });
  await host.ask('lag', 1_000);
  const attempts = agent.connections - before;
  t.ok(attempts >= 1 && attempts <= 25, `${attempts} attempts in a second`);
});

t.test('nothing of TLS is loaded before it is needed', async (t) => {
  const program = join(folder, 'list.cjs');
  writeFileSync(
    program,
    `process.on('message', ({ id }) => process.send({ id, value: process.moduleLoadList.includes('NativeModule tls') }));
     process.send({});`,
  );
  const agent = await new WireAgent().start();
  t.teardown(() => agent.stop());
  const arriving = agent.nextTarget();
  const plain = await startHost(t, agent, {}, program);
  await (await arriving).next((message) => message.type === 'heartbeat');
  t.equal(await plain.ask('list'), false, 'by an http agent');

  const secure = await secureAgent(t);
  const coming = secure.agent.nextTarget();
  const host = await startHost(t, secure.agent, secure.env, program);
  await coming;
  t.equal(await host.ask('list'), true, 'by an https agent');
});
