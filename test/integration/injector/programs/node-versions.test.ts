import { once } from 'node:events';
import { bundle } from '@pado/injector/bundle';
import t from 'tap';
import type { CallResult } from '../../../helpers/host.ts';
import { peer } from '../../../helpers/peer.ts';
import { nodeOf, nodeVersions, programs, startProgram } from '../../../helpers/programs.ts';
import { WireAgent } from '../../../helpers/wire-agent.ts';

t.setTimeout(300_000);
t.before(() => programs());

const delayMs = 80;
/** The newest undici that each runs. */
const undici = { 18: 'undici6', 20: 'undici7', 22: 'undici8', 24: 'undici8' } as const;

for (const version of nodeVersions) {
  t.test(`Node.js ${version}`, async (t) => {
    const execPath = await nodeOf(version);
    if (!execPath) return t.pass('there is none for this platform', { skip: true });
    const preload = { NODE_OPTIONS: `--require=${await bundle()}`, UNDICI: undici[version], PADO_NAME: 'orders' };

    await t.test('both directions', async (t) => {
      const agent = await new WireAgent().start();
      t.teardown(() => agent.stop());
      const arriving = agent.nextTarget();
      const env = { ...preload, PADO_AGENT_URL: agent.url, PADO_AGENT_TOKEN_FILE: agent.tokenFile };
      const host = await startProgram(t, 'small.cjs', { execPath, env });
      const target = await arriving;
      t.ok(target.hello.node.startsWith(`v${version}.`));
      const clients = await host.ask<string[]>('clients');
      const upstream = await peer(t, (_req, res) => res.end('fine'));
      const call = async (client: string, path = '/') =>
        (await host.ask<CallResult[]>('call', { client, url: upstream + path }))[0]!;

      for (const at of ['before', 'after'] as const) {
        const late = { kind: 'latency', at, delay: `${delayMs}ms`, match: { path: '/slow' } } as const;
        const outbound = await target.arm({ ...late, direction: 'outbound' });
        t.match(target.lastState(outbound), { state: 'armed' });
        for (const client of clients) {
          t.ok((await call(client, '/slow')).ms >= delayMs, `${client}, ${at}`);
          t.equal((await call(client)).text, 'fine', client);
        }
        t.match(await target.disarm(outbound), [{ matched: clients.length, applied: clients.length }]);
        const inbound = await target.arm({ ...late, direction: 'inbound' });
        const startedAt = performance.now();
        const url = `http://127.0.0.1:${await host.ask('port')}/slow`;
        t.equal(await (await fetch(url)).text(), 'served /slow');
        t.ok(performance.now() - startedAt >= delayMs, `inbound, ${at}`);
        await target.disarm(inbound);
      }
      for (const direction of ['inbound', 'outbound'] as const) {
        const uid = await target.arm({ kind: 'error', direction, status: 503 });
        if (direction === 'inbound')
          t.equal((await fetch(`http://127.0.0.1:${await host.ask('port')}/`)).status, 503, 'inbound');
        else for (const client of clients) t.equal((await call(client)).status, 503, client);
        await target.disarm(uid);
      }
      for (const effect of [{ kind: 'abort' }, { kind: 'truncate', afterBytes: 2 }] as const) {
        const uid = await target.arm({ ...effect, direction: 'outbound' });
        for (const client of clients) t.ok((await call(client)).error, `${client}, ${effect.kind}`);
        t.match(await target.disarm(uid), [{ applied: clients.length }]);
      }
      const slow = await target.arm({ kind: 'throttle', direction: 'outbound', bytesPerSecond: 40 });
      for (const client of clients) t.ok((await call(client)).ms >= 100, `${client}, throttle`);
      await target.disarm(slow);
      for (const client of clients) t.equal((await call(client)).text, 'fine', `${client} works after`);
      t.equal(host.output, '', 'nothing was written');
    });

    await t.test('without an agent it ends as it would', async (t) => {
      const env = { ...preload, PADO_AGENT_URL: 'http://127.0.0.1:1' };
      const host = await startProgram(t, 'small.cjs', { execPath, env });
      await host.ask('leave').catch(() => {});
      const [code] = host.child.exitCode === null ? await once(host.child, 'exit') : [host.child.exitCode];
      t.equal(code, 0);
      t.equal(host.output, '');
    });
  });
}
