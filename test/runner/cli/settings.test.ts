import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { projectOf } from '../../../runner/src/cli/settings.ts';

t.test('.pado belongs to the project that the command was called in', async (t) => {
  // Not under the checkout, which has a .pado of its own.
  const folder = await mkdtemp(join(tmpdir(), 'pado-settings-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const packages = ['checkout', 'checkout/services/catalog', 'app', 'used', 'used/deep'];
  for (const path of [...packages, 'app/src', 'used/.pado']) await mkdir(join(folder, path), { recursive: true });
  for (const path of packages) await writeFile(join(folder, path, 'package.json'), '{}');
  const checkout = join(folder, 'checkout');
  const project = (...path: string[]) => projectOf(join(folder, ...path), checkout);
  t.equal(project('checkout', 'services', 'catalog'), checkout, 'anywhere in the checkout: the checkout');
  t.equal(project('app', 'src'), join(folder, 'app'), 'elsewhere: the nearest package');
  t.equal(project('used', 'deep'), join(folder, 'used'), 'first of all: where .pado is already');
});
