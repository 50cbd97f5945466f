import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Effect, FaultStatus } from '@pado/fault';
import t, { type Test } from 'tap';
import { fault } from '../../helpers/daemon.ts';
import { startHost } from '../../helpers/host.ts';

const server = fileURLToPath(new URL('../../../agent/daemon/src/server.ts', import.meta.url));
t.setTimeout(60_000);

const stall = { kind: 'event-loop', stall: '30s', every: '31s' } as const;

/** A real agent in a process of its own, and a program that is connected to it. */
async function start(t: Test) {
  const state = t.testdir();
  const agent = spawn(process.execPath, [server, '--state', state], { stdio: ['ignore', 'pipe', 'ignore'] });
  t.teardown(() => agent.kill('SIGKILL'));
  await once(agent.stdout, 'data');
  const { url, tokenFile } = JSON.parse(await readFile(join(state, 'agent.json'), 'utf8'));
  const token = await readFile(tokenFile, 'utf8');
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const headers = { authorization: `Bearer ${token.trim()}` };
    const answer = await fetch(url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  };
  const host = await startHost(t, undefined, {
    PADO_AGENT_URL: url,
    PADO_AGENT_TOKEN_FILE: tokenFile,
    PADO_NAME: 'orders',
  });
  const targets = async () => (await call<{ items: unknown[] }>('GET', '/v1/targets')).items;
  while ((await targets()).length === 0);
  const status = (name: string) => call<FaultStatus>('GET', `/v1/faults/${name}`);
  /** Arms an effect, and waits until it is. */
  const arm = async (name: string, effect: Effect, ttl = '2m') => {
    await call('POST', '/v1/faults', fault(name, 'orders', { ttl, effects: [effect] }));
    while ((await status(name)).phase !== 'Injected');
  };
  return { agent, host, call, status, targets, arm };
}

/** How long it takes until the program answers again. */
async function blockedMs(host: Awaited<ReturnType<typeof startHost>>): Promise<number> {
  const startedAt = performance.now();
  await host.ask('pid');
  return performance.now() - startedAt;
}

t.test('a stall lasts as long as its agent says, and is over when that says so', async (t) => {
  const { host, call, status, targets, arm } = await start(t);
  const threads = await host.ask<number>('threads');

  await arm('by-ttl', stall, '6s');
  const byTtl = await blockedMs(host);
  t.ok(byTtl > 5_400 && byTtl < 20_000, `${byTtl} ms: longer than the silence of its main thread would let it`);
  t.match(await status('by-ttl'), { targets: [{ state: /armed|ended/ }] }, 'it was never lost');
  t.equal((await targets()).length, 1, 'its threads are no targets');

  await arm('deleted', stall);
  let isBlocked = true;
  const answer = host.ask('pid').then(() => {
    isBlocked = false;
  });
  await new Promise((resolve) => setTimeout(resolve, 700));
  t.ok(isBlocked);
  await call('DELETE', '/v1/faults/deleted');
  const deletedAt = performance.now();
  await answer;
  const byDeletion = performance.now() - deletedAt;
  t.ok(byDeletion < 10_000, `${byDeletion} ms after its deletion`);
  while ((await host.ask<number>('threads')) > threads);
  t.equal(host.output, '');
});

t.test('a stall is over when its agent has died', async (t) => {
  const { agent, host, arm } = await start(t);
  await arm('orphan', stall);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  agent.kill('SIGKILL');
  const ms = await blockedMs(host);
  t.ok(ms > 3_500 && ms < 12_000, `${ms} ms`);
});

t.test('threads that burn CPU stop when the fault is deleted, though the main thread hears nothing', async (t) => {
  const { host, call, arm } = await start(t);
  await arm('busy', { kind: 'cpu', load: 50, workers: 1 });
  const frozen = host.ask<NodeJS.CpuUsage>('freeze', 3_000);
  await call('DELETE', '/v1/faults/busy');
  const { user } = await frozen;
  t.ok(user < 2_000_000, `${user} µs of CPU in 3 s`);
});
