import { join } from 'node:path';
import t from 'tap';
import { connectedAnswers, protocols } from '../../helpers/answers.ts';
import { connectedLines, type Timed } from '../../helpers/lines.ts';
import { programs } from '../../helpers/programs.ts';

t.setTimeout(300_000);
const folder = await programs();
const delay = '120ms';

for (const version of ['node18', 'node20', 'node22']) {
  const execPath = join(folder, 'node_modules', version, 'bin/node');

  t.test(`${version}: connections, sessions and look-ups`, async (t) => {
    const { host, target, ports, open, exchange, request } = await connectedLines(t, execPath);
    t.match(target.hello.node, new RegExp(`^v${version.slice(4)}\\.`));
    for (const kind of ['tcp', 'tls'] as const) {
      await open({ name: kind, kind });
      const match = { port: ports[kind] };
      for (const at of ['before', 'after'] as const) {
        const uid = await target.arm({ kind: 'latency', layer: 'tcp', delay, at, match });
        const { value, ms } = await exchange({ name: kind });
        t.ok(value === 'ping' && ms >= 120, `${kind} ${at}: ${ms} ms`);
        t.match(await target.disarm(uid), [{ matched: 1, applied: 1 }]);
      }
      const slow = await target.arm({ kind: 'throttle', layer: 'tcp', bytesPerSecond: 100_000, match });
      const big = await exchange({ name: kind, text: 'big 20000' });
      t.ok(big.value === 20_001 && big.ms >= 199, `${kind}: ${big.ms} ms`);
      await target.disarm(slow);
      const uid = await target.arm({ kind: 'abort', layer: 'tcp', code: 'ECONNREFUSED', match });
      t.match(await exchange({ name: kind }), { error: { code: 'ECONNRESET', syscall: 'read' } });
      t.match(await open({ name: 'new', kind }), { error: { code: 'ECONNREFUSED', port: ports[kind] } });
      await target.disarm(uid);
    }
    t.match(await request(), { value: 'hello' });
    const session = await target.arm({ kind: 'latency', layer: 'tcp', delay, match: { port: ports.h2 } });
    const { value, ms } = await request();
    t.ok(value === 'hello' && ms >= 120, `a request of an open session: ${ms} ms`);
    t.match(await target.disarm(session), [{ matched: 1, applied: 1 }]);
    const uid = await target.arm({ kind: 'error', layer: 'dns', code: 'ENOTFOUND', match: { host: '*.example' } });
    for (const by of await host.ask<string[]>('lookups'))
      t.match(
        await host.ask<Timed<unknown>>('lookup', { by, host: 'shop.example' }),
        { error: { code: 'ENOTFOUND' } },
        by,
      );
    await target.disarm(uid);
    t.same(await host.ask('changed'), []);
  });

  t.test(`${version}: answers`, async (t) => {
    const { target, get } = await connectedAnswers(t, {}, execPath);
    for (const at of ['before', 'after'] as const) {
      const uid = await target.arm({ kind: 'latency', direction: 'inbound', delay, at });
      for (const protocol of protocols) {
        const { text, headMs } = await get(protocol, '/hello');
        t.ok(text === 'hello' && headMs! >= 120, `${protocol} ${at}: ${headMs} ms`);
      }
      await target.disarm(uid);
    }
    const busy = await target.arm({ kind: 'error', direction: 'inbound', status: 503, body: 'busy' });
    for (const protocol of protocols) t.match(await get(protocol, '/hello'), { status: 503, text: 'busy' }, protocol);
    await target.disarm(busy);
    const cut = await target.arm({ kind: 'truncate', direction: 'inbound', afterBytes: 1_500 });
    for (const protocol of protocols) {
      const { bytes, error } = await get(protocol, '/whole/4000');
      t.ok(bytes === 1_500 && error !== undefined, `${protocol}: ${bytes} bytes, ${error?.message}`);
    }
    await target.disarm(cut);
    const slow = await target.arm({ kind: 'throttle', direction: 'inbound', bytesPerSecond: 100_000 });
    for (const protocol of protocols) {
      const { bytes, ms } = await get(protocol, '/whole/20000');
      t.ok(bytes === 20_000 && ms >= 199, `${protocol}: ${bytes} bytes in ${ms} ms`);
    }
    await target.disarm(slow);
  });
}
