import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { PoliciesFile } from '../../services/kit/src/resilience/policies-file.ts';

t.test('a ConfigMap that is mounted as a folder and swapped by the kubelet is read again', async (t) => {
  const mount = await mkdtemp(join(tmpdir(), 'pado-policies-'));
  t.teardown(() => rm(mount, { recursive: true }));
  /** As the kubelet writes it: a fresh folder, then one rename of the link that all names go through. */
  const project = async (revision: string, old?: string) => {
    await mkdir(join(mount, `..${revision}`));
    const document = { preset: 'x', revision, services: {} };
    await writeFile(join(mount, `..${revision}`, 'policies.json'), JSON.stringify(document));
    await symlink(`..${revision}`, join(mount, '..data_tmp'));
    await rename(join(mount, '..data_tmp'), join(mount, '..data'));
    if (old !== undefined) await rm(join(mount, `..${old}`), { recursive: true });
  };
  await project('one');
  await symlink(join('..data', 'policies.json'), join(mount, 'policies.json'));

  const second = Promise.withResolvers<void>();
  const seen: string[] = [];
  const complaints: string[] = [];
  const policies = new PoliciesFile({
    file: join(mount, 'policies.json'),
    onChange: ({ revision }) => {
      seen.push(revision);
      if (revision === 'two') second.resolve();
    },
    onInvalid: (reason) => complaints.push(reason),
  });
  // The watcher's own timer does not keep a process alive.
  const alive = setInterval(() => {}, 60_000);
  t.teardown(() => {
    clearInterval(alive);
    policies.close();
  });
  await policies.start();
  await project('two', 'one');
  await second.promise;
  t.same(seen, ['none', 'one', 'two']);
  t.same(complaints, []);
});
