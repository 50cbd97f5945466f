import t, { type Test } from 'tap';
import type { CallResult, Host } from '../../../helpers/host.ts';
import { injectLate } from '../../../helpers/inspector.ts';
import { peer } from '../../../helpers/peer.ts';
import { nodeOf, nodeVersions, programs, type StartOptions, startProgram } from '../../../helpers/programs.ts';
import { WireAgent, type WireTarget } from '../../../helpers/wire-agent.ts';

t.setTimeout(300_000);
t.before(() => programs());

const delayMs = 80;

/** A program that has been working for a while, and then gets the injector. */
async function lateTarget(t: Test, name: string, options: StartOptions = {}): Promise<[Host, WireTarget, WireAgent]> {
  const agent = await new WireAgent().start();
  t.teardown(() => agent.stop());
  const host = await startProgram(t, name, { ...options, execArgv: ['--inspect-port=0'] });
  const url = await peer(t, (_req, res) => res.end('fine'));
  for (const client of await host.ask<string[]>('clients')) await host.ask('call', { client, url });
  const env = { PADO_AGENT_URL: agent.url, PADO_AGENT_TOKEN_FILE: agent.tokenFile, PADO_NAME: 'orders' };
  const arriving = agent.nextTarget();
  await injectLate(host, env);
  return [host, await arriving, agent];
}

async function slowsAll(t: Test, host: Host, target: WireTarget): Promise<void> {
  const url = await peer(t, (_req, res) => res.end('fine'));
  const clients = await host.ask<string[]>('clients');
  const call = async (client: string, path: string) =>
    (await host.ask<CallResult[]>('call', { client, url: url + path }))[0]!;
  for (const client of clients) t.equal((await call(client, '/')).text, 'fine', `${client} works as before`);
  for (const at of ['before', 'after'] as const) {
    const match = { path: '/slow' };
    const uid = await target.arm({ kind: 'latency', direction: 'outbound', at, delay: `${delayMs}ms`, match });
    const results = await Promise.all(clients.map((client) => call(client, '/slow')));
    for (const [i, client] of clients.entries()) {
      t.equal(results[i]!.text, 'fine', client);
      t.ok(results[i]!.ms >= delayMs, `${client} is slowed, ${at}`);
    }
    t.match(await target.disarm(uid), [{ matched: clients.length, applied: clients.length }]);
  }
  t.same(await host.ask('changed'), [], 'every property is as before');
}

for (const format of ['mjs', 'cjs']) {
  t.test(`all clients of a running program, ${format}`, async (t) => {
    const [host, target] = await lateTarget(t, `clients/all.${format}`);
    await slowsAll(t, host, target);
  });
}

t.test('servers of a running program', async (t) => {
  const [host, target] = await lateTarget(t, 'small.cjs');
  const url = `http://127.0.0.1:${await host.ask('port')}/`;
  t.same(target.hello.ports, [await host.ask('port')], 'they are known');
  const uid = await target.arm({ kind: 'error', direction: 'inbound', status: 503 });
  t.equal((await fetch(url)).status, 503);
  await target.disarm(uid);
  t.equal((await fetch(url)).status, 200);
});

t.test('evaluated again it is there once', async (t) => {
  const [host, , agent] = await lateTarget(t, 'small.cjs');
  await injectLate(host, {});
  await host.ask('call', { client: 'fetch', url: `http://127.0.0.1:${await host.ask('port')}/` });
  t.equal(agent.targets.length, 1);
});

for (const version of nodeVersions) {
  t.test(`Node.js ${version}`, async (t) => {
    const execPath = await nodeOf(version);
    if (!execPath) return t.pass('there is none for this platform', { skip: true });
    const [host, target] = await lateTarget(t, 'small.cjs', { execPath, env: { UNDICI: 'undici6' } });
    t.ok(target.hello.node.startsWith(`v${version}.`));
    await slowsAll(t, host, target);
  });
}
