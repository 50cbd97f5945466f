import t from 'tap';
import { clients, connectedHost } from '../../helpers/host.ts';

t.test('delays of overlapping faults add', async (t) => {
  const { host, target, url } = await connectedHost(t);
  for (const direction of ['inbound', 'outbound'] as const) {
    const first = await target.arm({ kind: 'latency', direction, delay: '40ms' });
    const second = await target.arm([
      { kind: 'latency', direction, delay: '30ms', at: 'after' },
      { kind: 'latency', direction, delay: '20ms' },
    ]);
    for (const client of clients) t.ok((await host.callOnce({ client, url })).ms >= 90, `${direction} ${client}`);
    const applied = clients.length;
    t.match(await target.disarm(first), [{ applied }]);
    t.same(
      await host.ask('pristine').then((left) => (left as string[]).length > 0),
      true,
      'the second still needs its hooks',
    );
    t.match(await target.disarm(second), [{ applied }, { applied }]);
    t.same(await host.ask('pristine'), []);
  }
});

t.test('the strongest error wins, after all delays, and only the winner counts', async (t) => {
  const { host, target, url } = await connectedHost(t);
  for (const direction of ['inbound', 'outbound'] as const) {
    const error = await target.arm({ kind: 'error', direction, status: 503 });
    const abort = await target.arm([
      { kind: 'abort', direction },
      { kind: 'latency', direction, delay: '30ms', at: 'after' },
    ]);
    for (const client of clients) {
      const result = await host.callOnce({ client, url });
      t.ok(result.error && result.ms >= 30, `${direction} ${client} is aborted late`);
    }
    const matched = clients.length;
    t.match(await target.disarm(abort), [
      { matched, applied: matched },
      { matched, applied: matched },
    ]);
    t.match(await target.disarm(error), [{ matched, applied: 0 }]);
  }
});

t.test('a request that waits for two faults goes on when the one that is left has had its share', async (t) => {
  const { host, target, url } = await connectedHost(t);
  const long = await target.arm({ kind: 'latency', direction: 'outbound', delay: '20s' });
  const short = await target.arm({ kind: 'latency', direction: 'outbound', delay: '50ms' });
  const waiting = host.callOnce({ client: 'http', url });
  await target.until((message) => message.type === 'evidence' && message.uid === short);
  t.match(await target.disarm(long), [{ applied: 1, cut: 1, dose: undefined }]);
  const { status, ms } = await waiting;
  t.equal(status, 200);
  t.ok(ms >= 50 && ms < 10_000);
  t.match(await target.disarm(short), [{ applied: 1, cut: 0, dose: { samples: 1 } }]);
});
