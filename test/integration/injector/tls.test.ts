import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { authority } from '../../agent/injector/channel/certificates.ts';
import { startHost } from '../../helpers/host.ts';
import { programs } from '../../helpers/programs.ts';
import { WireAgent } from '../../helpers/wire-agent.ts';

t.setTimeout(300_000);
const folder = t.testdir();
const ours = authority(folder, 'ours');
const names = ['IP:127.0.0.1', 'DNS:localhost'];
const tls = ours.issue({ names });
const caFile = join(folder, 'ca.crt');
writeFileSync(caFile, ours.ca);

/** What old versions of Node.js run, too. */
const program = fileURLToPath(new URL('../../fixtures/lines.mjs', import.meta.url));

/** An agent that speaks TLS, and a program that has found it by name. */
async function start(t: Test, execPath?: string) {
  const agent = await new WireAgent({ tls, host: 'localhost' }).start();
  t.teardown(() => agent.stop());
  agent.leaseStatus = 200;
  const arriving = agent.nextTarget();
  const host = await startHost(t, agent, { PADO_AGENT_CA_FILE: caFile }, execPath && program, execPath);
  return { agent, host, target: await arriving };
}

const stall = { kind: 'event-loop', stall: '30s', every: '31s' } as const;

t.test('a thread keeps the lease over TLS while the main thread is blocked, until the agent ends it', async (t) => {
  const { agent, host, target } = await start(t);
  await target.arm(stall, { ttl: '2m' });
  const startedAt = performance.now();
  const answer = host.ask('pid');
  // More than the silence of 5 s that it would survive without.
  while (performance.now() - startedAt < 8_000) await new Promise((resolve) => setTimeout(resolve, 200));
  const asked = agent.asked;
  t.ok(asked >= 4, `it has asked ${asked} times`);
  t.equal(agent.refused, 0);
  agent.leaseStatus = 410;
  const endedAt = performance.now();
  await answer;
  const blockedMs = performance.now() - startedAt;
  t.ok(blockedMs >= 8_000 && performance.now() - endedAt < 10_000, `${blockedMs} ms`);
  t.equal(host.output, '');
});

t.test('a thread believes no stranger: the stall is over by the clock', async (t) => {
  const { agent, host, target } = await start(t);
  await target.arm(stall, { ttl: '2m' });
  agent.rotate(authority(folder, 'other').issue({ names }));
  const startedAt = performance.now();
  await host.ask('pid');
  const ms = performance.now() - startedAt;
  t.ok(ms > 2_000 && ms < 15_000, `${ms} ms`);
  t.equal(host.output, '');
});

const installed = await programs();
for (const version of ['node18', 'node20', 'node22']) {
  t.test(`${version}: an agent is reached over TLS by name, and a stranger is not`, async (t) => {
    const execPath = join(installed, 'node_modules', version, 'bin/node');
    const { agent, target, host } = await start(t, execPath);
    t.match(target.hello.node, new RegExp(`^v${version.slice(4)}\\.`));
    const uid = await target.arm({ kind: 'abort', layer: 'tcp' });
    const arriving = agent.nextTarget();
    target.drop();
    const again = await arriving;
    await again.until((message) => message.type === 'state' && message.uid === uid);
    t.match(again.lastState(uid), { state: 'armed' });
    t.equal((await again.disarm(uid)).length, 0, 'nothing has matched');

    agent.rotate(authority(folder, `${version}-other`).issue({ names }));
    const before = agent.connections;
    const NODE_TLS_REJECT_UNAUTHORIZED = '0';
    const env = { PADO_AGENT_CA_FILE: caFile, NODE_TLS_REJECT_UNAUTHORIZED };
    const fooled = await startHost(t, agent, env, program, execPath);
    while (agent.connections < before + 3) await new Promise((resolve) => agent.once('connection', resolve));
    t.equal(agent.targets.length, 1, 'but the one that was connected');
    t.equal(host.output + fooled.output, '');
  });
}
