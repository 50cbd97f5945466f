import t from 'tap';
import { connectedHost } from '../../helpers/host.ts';

t.test('attempt: the share is exact with many concurrent clients', async (t) => {
  const { host, target, url } = await connectedHost(t);
  for (const [direction, client] of [
    ['inbound', 'pool'],
    ['outbound', 'undici'],
    ['outbound', 'http keep-alive'],
  ] as const)
    for (const percentage of [1, 10, 50]) {
      const uid = await target.arm({ kind: 'error', direction, status: 503, percentage });
      const results = await host.call({ client, url, count: 1_000, concurrency: 64 });
      const hits = results.filter(({ status }) => status === 503).length;
      t.ok(Math.abs(hits / 10 - percentage) <= 0.5, `${direction} ${client}: ${hits} of 1000 at ${percentage}%`);
      t.match(await target.disarm(uid), [{ matched: 1_000, applied: hits }]);
    }
});

t.test('request: retries of one request agree', async (t) => {
  const { host, target, url } = await connectedHost(t);
  await target.arm({ kind: 'error', direction: 'inbound', status: 503, percentage: 50, sampling: 'request' });
  const statuses = new Set<number | undefined>();
  for (let id = 0; id < 20; id += 1) {
    const headers = { baggage: `pado.request=${id}` };
    const attempts = await host.call({ client: 'pool', url, headers, count: 5 });
    t.equal(new Set(attempts.map(({ status }) => status)).size, 1, `request ${id}`);
    statuses.add(attempts[0]?.status);
  }
  t.equal(statuses.size, 2, 'some are hit, some are not');
});
