import { fileURLToPath } from 'node:url';
import t from 'tap';
import { startHost } from '../../helpers/host.ts';
import { WireAgent } from '../../helpers/wire-agent.ts';

t.test('a Fastify server is hit before its routes see a request', async (t) => {
  const agent = await new WireAgent().start();
  t.teardown(() => agent.stop());
  const arriving = agent.nextTarget();
  const host = await startHost(t, agent, {}, fileURLToPath(new URL('../../fixtures/fastify.mjs', import.meta.url)));
  const target = await arriving;
  const url = `http://127.0.0.1:${await host.ask<number>('port')}`;
  const post = () =>
    fetch(`${url}/items`, { method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' } });

  for (const at of ['before', 'after'] as const) {
    const late = await target.arm({
      kind: 'latency',
      direction: 'inbound',
      delay: '80ms',
      at,
      match: { path: '/items/*' },
    });
    const startedAt = performance.now();
    t.same(await (await fetch(`${url}/items/7`)).json(), { id: '7' });
    t.ok(performance.now() - startedAt >= 80, at);
    t.match(await target.disarm(late), [{ applied: 1 }]);
  }

  const failing = await target.arm({ kind: 'error', direction: 'inbound', status: 502, match: { method: ['POST'] } });
  t.equal((await post()).status, 502);
  t.equal((await fetch(`${url}/items/7`)).status, 200);
  t.match(await target.disarm(failing), [{ matched: 1, applied: 1 }]);

  const broken = await target.arm({ kind: 'abort', direction: 'inbound' });
  await t.rejects(post(), { cause: { code: 'ECONNRESET' } });
  t.equal((await fetch(`${url}/healthz`)).status, 200, 'the probe is spared');
  await target.disarm(broken);

  const answer = await post();
  t.equal(answer.status, 201, 'as before');
  t.same(await answer.json(), { a: 1 });
});
