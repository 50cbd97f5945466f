import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { verify } from './checksum.ts';
import { type CommandOptions, command } from './command.ts';
import type { Fetch } from './install.ts';
import { tools } from './versions.ts';

/** Prometheus from the distribution's package, unpacked beside us and never installed. */
export const fromDeb: Fetch = async (folder, options) => {
  const { name } = tools.prometheus.deb;
  await download(name, folder, { ...options, cwd: folder });
  const file = (await readdir(folder)).find((entry) => entry.endsWith('.deb'));
  if (file === undefined) throw new Error('apt-get downloaded no package');
  const checked = await verify(join(folder, file));
  await command('dpkg-deb', ['-x', join(folder, file), join(folder, 'root')], options);
  return { binary: join(folder, 'root/usr/bin/prometheus'), source: `package ${file}`, checked };
};

/** With the system's package lists; where those are missing or stale, with lists fetched into a folder of our own. */
async function download(name: string, folder: string, options: CommandOptions): Promise<void> {
  try {
    await command('apt-get', ['download', name], options);
  } catch (error) {
    options.signal.throwIfAborted();
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw error;
    const own = [`Dir::State::Lists=${join(folder, 'lists')}`, `Dir::Cache=${join(folder, 'cache')}`];
    // apt drops to a user that cannot write here, and would warn about it at length.
    const flags = [...own, 'APT::Sandbox::User=root'].flatMap((setting) => ['-o', setting]);
    await mkdir(join(folder, 'lists/partial'), { recursive: true });
    await mkdir(join(folder, 'cache/archives/partial'), { recursive: true });
    await command('apt-get', [...flags, '-q', 'update'], options);
    await command('apt-get', [...flags, 'download', name], options);
  }
}
