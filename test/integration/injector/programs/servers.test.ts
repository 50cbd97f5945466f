import t from 'tap';
import { connectedProgram, programs } from '../../../helpers/programs.ts';

t.setTimeout(300_000);
t.before(() => programs());

const delayMs = 60;
const post = { method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' } };

for (const framework of ['express', 'koa', 'nest', 'fastify']) {
  for (const format of ['mjs', 'cjs']) {
    t.test(`${framework}, ${format}`, async (t) => {
      const { host, target, url } = await connectedProgram(t, `servers/${framework}.${format}`);
      const inbound = { direction: 'inbound' } as const;

      for (const at of ['before', 'after'] as const) {
        const late = await target.arm({
          ...inbound,
          kind: 'latency',
          delay: `${delayMs}ms`,
          at,
          match: { path: '/items/*' },
        });
        const startedAt = performance.now();
        t.same(await (await fetch(`${url}/items/7`)).json(), { id: '7' });
        t.ok(performance.now() - startedAt >= delayMs, `latency ${at}: never early`);
        t.equal((await fetch(`${url}/items`, post)).status, 201);
        const [evidence] = await target.disarm(late);
        t.match(evidence, { matched: 1, applied: 1 }, 'latency: what does not match is missed');
      }

      const failing = await target.arm({ ...inbound, kind: 'error', status: 503, match: { method: ['POST'] } });
      t.equal((await fetch(`${url}/items`, post)).status, 503, 'error');
      t.equal((await fetch(`${url}/items/7`)).status, 200, 'error: what does not match is missed');
      t.match(await target.disarm(failing), [{ matched: 1, applied: 1 }]);

      const broken = await target.arm({ ...inbound, kind: 'abort' });
      await t.rejects(fetch(`${url}/items`, post), { cause: { code: 'ECONNRESET' } }, 'abort');
      t.equal((await fetch(`${url}/healthz`)).status, 200, 'abort: probes are spared');
      t.match(await target.disarm(broken), [{ matched: 1, applied: 1 }]);

      const answer = await fetch(`${url}/items`, post);
      t.equal(answer.status, 201, 'as before');
      t.same(await answer.json(), { a: 1 });
      t.equal(host.output, '', 'nothing was written');
    });
  }
}
