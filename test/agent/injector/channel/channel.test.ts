import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { maxLineBytes } from '@pado/fault';
import { bundle } from '@pado/injector/bundle';
import t from 'tap';
import { connectedHost, startHost } from '../../../helpers/host.ts';
import { WireAgent } from '../../../helpers/wire-agent.ts';

const run = promisify(execFile);
const effect = { kind: 'error', direction: 'inbound', status: 500 } as const;

t.test('a target says who it is and where it listens', async (t) => {
  const { target, port } = await connectedHost(t);
  const { hello } = target;
  t.match(hello, { version: 1, node: process.version, labels: { 'app.kubernetes.io/name': 'orders', tier: 'back' } });
  const ports = await target.until(
    (message) => (message.type === 'ports' || message.type === 'hello') && message.ports.includes(port),
  );
  t.match(ports, { ports: [port] });
  await target.next((message) => message.type === 'heartbeat');
});

t.test('garbage on the wire does nothing', async (t) => {
  const { host, target, url } = await connectedHost(t);
  const arm = { type: 'arm', uid: 'u', name: 'n', elapsedMs: 0, remainingMs: 1_000, services: {} };
  const spec = { target: { selector: { matchLabels: {} } }, ttl: '10s', effects: [effect] };
  const garbage = [
    'no json',
    '[]',
    'null',
    '{}',
    '{"type":"constructor"}',
    '{"type":"arm"}',
    '{"type":"disarm","uid":"u","reason":"unheard of"}',
    JSON.stringify({ ...arm, spec: { ...spec, ttl: 'soon' } }),
    JSON.stringify({ ...arm, spec: { ...spec, effects: [null] } }),
    JSON.stringify({ ...arm, spec, remainingMs: -1 }),
    JSON.stringify({ ...arm, spec, services: { a: 1 } }),
    JSON.stringify({ ...arm, spec: { ...spec, effects: [{ ...effect, match: { path: '/(/' } }] } }),
    JSON.stringify({ ...arm, spec: { ...spec, effects: [{ ...effect, kind: 'latency', delay: 'long' }] } }),
    '\u0000\u0001\uffff',
  ];
  target.sendRaw(`${garbage.join('\n')}\n`);
  t.equal((await host.callOnce({ client: 'http', url })).status, 200, 'nothing is armed');
  const uid = await target.arm(effect);
  t.equal((await host.callOnce({ client: 'http', url })).status, 500, 'the channel still works');
  await target.disarm(uid);
  t.notOk(
    target.messages.some((message) => message.type === 'state' && message.uid === 'u' && message.state !== 'failed'),
  );
  await target.until((message) => message.type === 'heartbeat' && message.dropped === garbage.length);
  t.equal(host.output, '');
});

t.test('an effect that it does not know fails', async (t) => {
  const { target } = await connectedHost(t);
  const uid = await target.arm({ kind: 'earthquake' } as never);
  t.match(target.lastState(uid), { state: 'failed', code: 'ERR_PADO_INVALID' });
});

t.test('a line that is too long ends the connection, and a new one is made', async (t) => {
  const { agent, host, target } = await connectedHost(t);
  const arriving = agent.nextTarget();
  target.sendRaw('x'.repeat(maxLineBytes + 1));
  t.equal((await arriving).hello.instance, target.hello.instance);
  t.equal(host.output, '');
});

t.test('the token is read again at each attempt', async (t) => {
  const agent = await new WireAgent().start();
  t.teardown(() => agent.stop());
  await writeFile(agent.tokenFile, 'stale\nand no header value');
  await startHost(t, agent);
  await writeFile(agent.tokenFile, 'stale');
  while (agent.refused < 2) await once(agent, 'refused');
  const arriving = agent.nextTarget();
  await writeFile(agent.tokenFile, `${agent.token}\n`);
  t.ok((await arriving).hello.pid);
});

t.test('it waits for an agent that is not there yet', async (t) => {
  const agent = await new WireAgent().start();
  t.teardown(() => agent.stop());
  agent.kill();
  await startHost(t, agent);
  const arriving = agent.nextTarget();
  await agent.listen();
  t.ok((await arriving).hello);
});

t.test('a process without an agent, or with one that never answers, starts and ends as ever', async (t) => {
  const file = await bundle();
  const program = ['-e', 'console.log(process.getActiveResourcesInfo().length); process.exitCode = 7'];
  const environments = [{}, { PADO_AGENT_URL: 'http://127.0.0.1:9' }, { PADO_AGENT_URL: 'nonsense' }];
  for (const more of environments) {
    const env = { ...process.env, ...more, NODE_OPTIONS: `--require=${file}` };
    const failed = await run(process.execPath, program, { env }).catch((error) => error);
    t.equal(failed.code, 7, JSON.stringify(more));
    t.equal(failed.stderr, '');
  }
});

t.test('loaded twice, there is one channel', async (t) => {
  const file = await bundle();
  const { host, agent, target } = await connectedHost(t, { NODE_OPTIONS: `--require=${file} --require=${file}` });
  await target.next((message) => message.type === 'heartbeat');
  t.equal(agent.targets.length, 1);
  t.equal(host.output, '');
});
