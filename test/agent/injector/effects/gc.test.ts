import t from 'tap';
import { connectedHost } from '../../../helpers/host.ts';

const mebi = 2 ** 20;

t.test('the collector works, and has nothing to do afterwards', async (t) => {
  const { host, target } = await connectedHost(t);
  const heap = await host.ask<number>('heap');
  const uid = await target.arm({ kind: 'gc', rate: '200Mi' });
  const collections = await host.ask<number>('collections', 1_000);
  await target.sampled(uid, 2);
  const [evidence] = await target.disarm(uid);
  t.ok(collections >= 1, `${collections} collections in a second`);
  t.match(evidence, { matched: 1, applied: 1, dose: { unit: 'bytes' } });
  const { samples, requestedSum, deliveredSum } = evidence!.dose!;
  t.equal(requestedSum, samples * 200 * mebi);
  t.ok(deliveredSum > requestedSum / 20 && deliveredSum < requestedSum * 1.5, `${deliveredSum / samples / mebi} MiB/s`);
  t.ok((await host.ask<number>('collections', 500)) <= 1, 'no garbage is made any more');
  await host.ask('gc');
  const left = (await host.ask<number>('heap')) - heap;
  t.ok(left < 8 * mebi, `${left / mebi} MiB left`);
});

t.test('a rate that cannot be reached leaves the loop its turns', async (t) => {
  const { host, target } = await connectedHost(t);
  const uid = await target.arm({ kind: 'gc', rate: '1Ti' });
  await target.sampled(uid, 1);
  t.match(await target.disarm(uid), [{ applied: 1 }]);
  t.ok(await host.ask('pid'));
});
