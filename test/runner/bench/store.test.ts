import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { openStore } from '../../../runner/src/bench/store.ts';

async function folder(t: Test): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'pado-store-'));
  t.teardown(() => rm(path, { recursive: true, force: true }));
  return join(path, 'bench');
}

t.test('what was kept is there when it is opened again for the same thing', async (t) => {
  const path = await folder(t);
  const first = await openStore<{ n: number }>(path, { experiment: 'x' });
  await first.keep('001-b', { n: 2 });
  await first.keep('000-a', { n: 1 });
  const again = await openStore<{ n: number }>(path, { experiment: 'x' });
  t.strictSame(await again.runs(), [{ n: 1 }, { n: 2 }]);
});

t.test('runs of something else are refused, and stay unless they are told to go', async (t) => {
  const path = await folder(t);
  await (await openStore<number>(path, { experiment: 'x' })).keep('0', 1);
  await t.rejects(openStore(path, { experiment: 'y' }), { code: 'ERR_PADO_INVALID', message: /--fresh/ });
  t.strictSame(await (await openStore<number>(path, { experiment: 'x' })).runs(), [1]);
  t.strictSame(await (await openStore<number>(path, { experiment: 'y' }, { fresh: true })).runs(), []);
});

t.test('a folder of somebody else is not touched', async (t) => {
  const path = await folder(t);
  const other = join(path, '..');
  await writeFile(join(other, 'thesis.txt'), 'x');
  await t.rejects(openStore(other, {}), { code: 'ERR_PADO_INVALID' });
});
