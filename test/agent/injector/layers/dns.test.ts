import t from 'tap';
import { connectedLines, type Timed } from '../../../helpers/lines.ts';

t.test('look-ups fail as the resolver says it, by every way', async (t) => {
  const { host, target } = await connectedLines(t);
  const lookup = (by: string, name: string) => host.ask<Timed<unknown>>('lookup', { by, host: name });
  const uid = await target.arm({ kind: 'error', layer: 'dns', code: 'ENOTFOUND', match: { host: '*.example' } });
  const all = await host.ask<string[]>('lookups');
  for (const by of all) {
    const isQuery = /resolve/.test(by);
    const syscall = isQuery ? 'queryA' : 'getaddrinfo';
    t.match(
      await lookup(by, 'shop.example'),
      {
        error: {
          message: `${syscall} ENOTFOUND shop.example`,
          code: 'ENOTFOUND',
          errno: isQuery ? undefined : -3008,
          syscall,
          hostname: 'shop.example',
        },
      },
      by,
    );
  }
  t.match(await lookup('lookup', 'localhost'), { error: undefined }, 'another name is missed');
  t.match(await lookup('connect', '127.0.0.1'), { error: undefined }, 'an address is not looked up');
  t.match(await target.disarm(uid), [{ matched: all.length, applied: all.length }]);
  t.same(await host.ask('changed'), []);

  const again = await target.arm({ kind: 'error', layer: 'dns', code: 'EAI_AGAIN', match: { host: 'localhost' } });
  t.match(await lookup('named', 'localhost'), { error: { code: 'EAI_AGAIN', errno: -3001 } });
  await target.disarm(again);
  t.match(await lookup('named', 'localhost'), { error: undefined });
});

t.test('look-ups are late', async (t) => {
  const { host, target } = await connectedLines(t);
  const uid = await target.arm({ kind: 'latency', layer: 'dns', delay: '150ms' });
  for (const by of ['lookup', 'named', 'promises.lookup', 'connect']) {
    const { error, ms } = await host.ask<Timed<unknown>>('lookup', { by, host: 'localhost' });
    t.equal(error, undefined, by);
    t.ok(ms >= 150, `${by}: ${ms} ms`);
  }
  const [evidence] = await target.disarm(uid);
  t.match(evidence, { matched: 4, applied: 4, dose: { samples: 4 } });
  t.ok(evidence!.dose!.deliveredMin >= 150);
});
