import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { type AgentMessage, nameLabel } from '@pado/fault';
import t, { type Test } from 'tap';
import { ActiveFault } from '../../../../agent/daemon/src/active-fault.ts';
import { monotonicClock } from '../../../../agent/daemon/src/clock.ts';
import { HttpProblem } from '../../../../agent/daemon/src/http/problem.ts';
import { createChannelServer } from '../../../../agent/daemon/src/kubernetes/channel-server.ts';
import { RetryLater } from '../../../../agent/daemon/src/kubernetes/identity/problems.ts';
import type { Pod } from '../../../../agent/daemon/src/kubernetes/pods.ts';
import { silentLog } from '../../../../agent/daemon/src/log.ts';
import { createMetrics } from '../../../../agent/daemon/src/metrics.ts';
import { Targets } from '../../../../agent/daemon/src/targets.ts';
import { fault as faultOf } from '../../../helpers/daemon.ts';

const tls = (name: string) => readFileSync(new URL(`../../../fixtures/tls/${name}`, import.meta.url), 'utf8');

const pod = (uid: string, name: string): Pod => ({
  metadata: { name, namespace: 'shop', uid, labels: { [nameLabel]: name, tier: 'back' } },
});

/** A server whose tokens are `<pod uid>`, `busy` and anything else, which is refused. */
async function start(t: Test, options: { node?: string } = {}) {
  const targets = new Targets();
  const active: ActiveFault[] = [];
  const faults = {
    all: active,
    active,
    byUid: (uid: string) => active.find((one) => one.uid === uid),
  };
  const pods = new Map(
    [pod('uid-payments', 'payments'), pod('uid-orders', 'orders')].map((one) => [one.metadata.uid, one]),
  );
  let heartbeats = 0;
  const { server, dismiss, leave } = createChannelServer({
    ...{ faults, targets, node: options.node, log: silentLog, cert: tls('cert.pem'), key: tls('key.pem') },
    metrics: createMetrics(faults, targets, { namespaced: true }),
    beforeHeartbeat: () => {
      heartbeats += 1;
    },
    podOf: (uid) => pods.get(uid),
    identities: {
      review: async (token) => {
        if (token === 'busy') throw new RetryLater('the API server does not answer');
        if (!token.startsWith('uid-')) throw new HttpProblem(401, 'ERR_PADO_UNAUTHORIZED', 'no token of ours');
        return { namespace: 'shop', serviceAccount: 'default', pod: token.slice(4), podUid: token, node: 'node1' };
      },
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const open = (token: string | undefined, path = '/v1/channel', method = 'POST'): ClientRequest => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const options: RequestOptions & { rejectUnauthorized: boolean } = {
      ...{ host: '127.0.0.1', port, path, method, headers, agent: false, rejectUnauthorized: false },
    };
    const made = request(options);
    made.on('error', () => {});
    return made;
  };
  const answer = async (token: string | undefined, path?: string, method?: string) => {
    const made = open(token, path, method);
    made.end();
    const [response] = (await once(made, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of response) text += chunk;
    return { status: response.statusCode, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
  };
  /** Says hello, and gives back what comes. */
  const connect = async (token: string, hello: object = {}) => {
    const up = open(token);
    up.flushHeaders();
    const [down] = (await once(up, 'response')) as [IncomingMessage];
    down.on('error', () => {});
    const received: AgentMessage[] = [];
    const lines = createInterface({ input: down });
    lines.on('error', () => {});
    const waiting: (() => void)[] = [];
    lines.on('line', (line) => {
      received.push(JSON.parse(line));
      for (const look of waiting.splice(0)) look();
    });
    const closed = new Promise<void>((resolve) => down.once('close', resolve));
    const say = (message: object) => void up.write(`${JSON.stringify(message)}\n`);
    say({
      ...{ type: 'hello', version: 1, instance: `instance-of-${token}`, pid: 1, node: 'v24.0.0', ports: [] },
      ...{ labels: { [nameLabel]: 'whatever-it-claims', 'pado.dev/container': 'app' }, pod: 'uid-somebody-else' },
      ...hello,
    });
    const next = async (type: AgentMessage['type']): Promise<AgentMessage> => {
      for (;;) {
        const found = received.find((message) => message.type === type);
        if (found) return found;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    };
    return { down, say, next, closed, hangUp: () => up.destroy() };
  };
  return { targets, active, pods, answer, connect, dismiss, leave, heartbeats: () => heartbeats };
}

t.test('who has no token of a pod here learns why, and nothing else', async (t) => {
  const { answer } = await start(t, { node: 'node1' });
  t.match(await answer(undefined), { status: 401, body: { code: 'ERR_PADO_UNAUTHORIZED' } });
  t.match(await answer('forged'), { status: 401 });
  t.match(await answer('busy'), { status: 503, headers: { 'retry-after': '1' } });
  t.match(await answer('uid-stranger'), { status: 403, body: { detail: /knows no pod shop\/stranger/ } });
  t.match(await answer('uid-payments', '/v1/faults', 'GET'), { status: 404 });
  t.match(await answer('uid-payments', '/', 'GET'), { status: 404 });
});

t.test("a pod of another node is that node's", async (t) => {
  const { answer } = await start(t, { node: 'node2' });
  t.match(await answer('uid-payments'), { status: 403, body: { detail: /on another node/ } });
});

t.test('a process is what its token says, whatever it claims', async (t) => {
  const { connect, targets } = await start(t, { node: 'node1' });
  const target = await connect('uid-payments');
  await target.next('welcome');
  t.match(targets.all, [
    {
      name: 'payments',
      pod: 'uid-payments',
      labels: { tier: 'back' },
      place: { namespace: 'shop', pod: 'payments', podUid: 'uid-payments', container: 'app' },
      id: 'payments/app-1',
    },
  ]);
});

t.test("nobody takes over another pod's process, nor asks about its faults", async (t) => {
  const { connect, targets, active, answer } = await start(t);
  const payments = await connect('uid-payments');
  await payments.next('welcome');
  const thief = await connect('uid-orders', { instance: 'instance-of-uid-payments' });
  await thief.closed;
  t.equal(targets.get('instance-of-uid-payments')?.pod, 'uid-payments');
  const fault = new ActiveFault(faultOf('slow', 'payments') as never, { targets, clock: monotonicClock, uid: 'f1' });
  active.push(fault);
  fault.deliver();
  const ask = (token: string, instance: string, uid = 'f1') =>
    answer(token, `/v1/channel/${uid}?instance=${instance}`, 'GET');
  t.equal((await ask('uid-payments', 'instance-of-uid-payments')).status, 200);
  t.equal((await ask('uid-orders', 'instance-of-uid-payments')).status, 503, 'not an answer');
  t.equal((await ask('uid-payments', 'instance-of-uid-payments', 'unknown')).status, 410);
  fault.withdraw(() => true);
  t.equal((await ask('uid-payments', 'instance-of-uid-payments')).status, 410);
});

t.test('a pod that is gone is not heard any more', async (t) => {
  const { connect, dismiss, targets } = await start(t);
  const target = await connect('uid-payments');
  await target.next('welcome');
  dismiss('uid-payments');
  await target.closed;
  t.same(targets.all, []);
});

t.test('a pod has so many channels and no more', async (t) => {
  const { connect, answer } = await start(t);
  const many = await Promise.all(
    Array.from({ length: 64 }, (_, i) => connect('uid-payments', { instance: `instance-${i}`, pid: i + 1 })),
  );
  for (const one of many) await one.next('welcome');
  t.match(await answer('uid-payments'), { status: 429 });
  const [first] = many;
  first?.hangUp();
  await first?.closed;
  const another = await connect('uid-payments', { instance: 'one-more-instance' });
  t.match(await another.next('welcome'), { type: 'welcome' });
});

t.test('a leaving agent sends everybody to the next one, and takes nobody', async (t) => {
  const { connect, leave } = await start(t);
  const target = await connect('uid-payments');
  await target.next('welcome');
  const left = leave();
  await target.next('goaway');
  target.hangUp();
  await left;
  t.pass('it closed once they were gone');
});

t.test('what time alone changes is looked at before each heartbeat', async (t) => {
  const { connect, heartbeats } = await start(t);
  const target = await connect('uid-payments');
  await target.next('heartbeat');
  t.ok(heartbeats() >= 1);
});
