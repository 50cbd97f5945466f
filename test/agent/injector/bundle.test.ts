import { readFile, stat } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { isAbsolute } from 'node:path';
import { bundle } from '@pado/injector/bundle';
import t from 'tap';

t.test('one file of at most 60 KiB without a dependency', async (t) => {
  const files = await Promise.all([bundle(), bundle(), bundle()]);
  const file = files[0]!;
  t.equal(new Set(files).size, 1);
  t.ok(isAbsolute(file));
  t.ok((await stat(file)).size <= 60 * 1024);
  const text = await readFile(file, 'utf8');
  const required = [...text.matchAll(/require\("([^"]+)"\)/g)].map((match) => match[1]!);
  t.ok(required.length > 0);
  for (const name of required) t.ok(builtinModules.includes(name.replace(/^node:/, '')), name);
});

t.test('it is not built again without need', async (t) => {
  const file = await bundle();
  const before = await stat(file);
  await bundle();
  t.equal((await stat(file)).mtimeMs, before.mtimeMs);
});
