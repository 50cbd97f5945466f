import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PeerPolicy } from '@pado/kit/policy';
import type { Test } from 'tap';

/** A policies file that is replaced the way `pado policy set` does it. */
export async function policiesFile(t: Test, services: Record<string, Record<string, PeerPolicy>> = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'pado-policies-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  const file = join(directory, 'policies.json');
  const raw = async (text: string) => {
    await writeFile(`${file}.new`, text);
    await rename(`${file}.new`, file);
  };
  const set = (revision: string, content: Record<string, Record<string, PeerPolicy>>) =>
    raw(JSON.stringify({ preset: 'test', revision, services: content }));
  await set('1', services);
  return { file, set, raw };
}
