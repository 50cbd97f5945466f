import { fileURLToPath } from 'node:url';
import { nameLabel } from '@pado/fault';
import t, { type Test } from 'tap';
import { fault, testAgent } from '../../../helpers/daemon.ts';
import { type Host, startHost } from '../../../helpers/host.ts';
import { peer } from '../../../helpers/peer.ts';
import { WireAgent, type WireTarget } from '../../../helpers/wire-agent.ts';

t.setTimeout(120_000);

const file = fileURLToPath(new URL('../../../fixtures/programs/threads/main.mjs', import.meta.url));
const delayMs = 80;
const late = { kind: 'latency', direction: 'outbound', delay: `${delayMs}ms` } as const;

interface Answer {
  readonly status: number;
  readonly ms: number;
}

async function start(t: Test, env: NodeJS.ProcessEnv = {}) {
  const agent = await new WireAgent().start();
  t.teardown(() => agent.stop());
  const arriving = agent.nextTarget();
  const host = await startHost(t, agent, { PADO_NAME: 'orders', ...env }, file);
  const url = await peer(t, (_req, res) => res.end('fine'));
  return { agent, host, url, main: await arriving };
}

/** The target that connects while the command runs. */
async function arrival<T>(agent: WireAgent, host: Host, command: string): Promise<[WireTarget, T]> {
  const arriving = agent.nextTarget();
  const value = await host.ask<T>(command);
  return [await arriving, value];
}

t.test('a worker thread has a connection of its own and is armed apart', async (t) => {
  const { agent, host, url, main } = await start(t);
  const [worker, threadId] = await arrival<number>(agent, host, 'startWorker');
  t.match(worker.hello, { pid: main.hello.pid, thread: threadId, labels: main.hello.labels });
  t.equal(main.hello.thread, undefined, 'the main thread has no number');
  t.not(worker.hello.instance, main.hello.instance);

  const uid = await worker.arm(late);
  t.ok((await host.ask<Answer>('callInWorker', url)).ms >= delayMs, 'the worker is slowed');
  t.equal((await host.ask<Answer>('call', url)).status, 200);
  t.match(await worker.disarm(uid), [{ matched: 1, applied: 1 }], 'the main thread has not been hit, nor counted');

  const lost = new Promise((resolve) => agent.once('lost', resolve));
  await host.ask('stopWorker');
  await lost;
  t.equal(agent.targets.length, 1, 'its connection ends with it');
});

t.test('loaded twice in one thread it is there once', async (t) => {
  const { bundle } = await import('@pado/injector/bundle');
  const { agent, host, url } = await start(t, { AGAIN: await bundle() });
  await arrival(agent, host, 'startWorker');
  await host.ask('callInWorker', url);
  await host.ask('callInWorker', url);
  t.equal(agent.targets.length, 2);
});

t.test('a thread is not kept alive by it', async (t) => {
  const { host } = await start(t);
  t.equal(await host.ask('shortWorkers', 5), 5);
});

t.test("the injector's own workers have no injector", async (t) => {
  const { agent, host, main } = await start(t);
  const uid = await main.arm({ kind: 'cpu', load: 5, workers: 2 });
  await main.next((message) => message.type === 'evidence' && message.uid === uid && message.effects[0]?.applied === 1);
  t.equal(agent.targets.length, 1);
  await main.disarm(uid);
  t.equal(host.output, '');
});

t.test('a forked process is a target of its own', async (t) => {
  const { agent, host, url, main } = await start(t);
  const [child, pid] = await arrival<number>(agent, host, 'startChild');
  t.match(child.hello, { pid, thread: undefined });
  t.not(child.hello.pid, main.hello.pid);
  const uid = await child.arm(late);
  t.ok((await host.ask<Answer>('callInChild', url)).ms >= delayMs);
  t.match(await child.disarm(uid), [{ matched: 1, applied: 1 }]);
  t.equal(await host.ask('stopChild'), 0, 'it ends as it would');
});

t.test('the agent chooses processes; their threads follow', async (t) => {
  const { call, until, agent } = await testAgent(t);
  const env = { PADO_AGENT_URL: agent.url, PADO_AGENT_TOKEN_FILE: agent.tokenFile, PADO_NAME: 'orders' };
  const hosts = [await startHost(t, undefined, env, file), await startHost(t, undefined, env, file)];
  const threads = await Promise.all(hosts.map((host) => host.ask<number>('startWorker')));
  const pids = await Promise.all(hosts.map((host) => host.ask<number>('pid')));
  const names = hosts.flatMap((_, i) => [`orders-${pids[i]}`, `orders-${pids[i]}.${threads[i]}`]).sort();
  for (;;) {
    const { items } = (await call('GET', '/v1/targets')).body;
    if (items.length < names.length) continue;
    t.same(items.map((item: { target: string }) => item.target).sort(), names, 'a thread is named after its process');
    break;
  }

  const target = { selector: { matchLabels: { [nameLabel]: 'orders' } }, mode: 'one' } as const;
  await call('POST', '/v1/faults', fault('one', 'orders', { target, effects: [late] }));
  const armed = await until('one', ({ targets }) => targets.filter(({ state }) => state === 'armed').length === 2);
  t.equal(armed.targets.length, 2, 'one process');
  t.equal(new Set(armed.targets.map(({ pid }) => pid)).size, 1, 'with its thread');

  const chosen = hosts[pids.indexOf(armed.targets[0]!.pid)]!;
  await chosen.ask('startWorker');
  const more = await until('one', ({ targets }) => targets.filter(({ state }) => state === 'armed').length === 3);
  t.equal(new Set(more.targets.map(({ pid }) => pid)).size, 1, 'a thread that comes later is armed, too');
  const url = await peer(t, (_req, res) => res.end('fine'));
  t.ok((await chosen.ask<Answer>('callInWorker', url)).ms >= delayMs);
  await call('PATCH', '/v1/faults/one', { stopped: true });
  await until('one', ({ conditions }) => conditions.AllRecovered);
});
