import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { freshFile } from '../../../../../agent/daemon/src/kubernetes/api/fresh-file.ts';
import { inClusterKubeApi } from '../../../../../agent/daemon/src/kubernetes/api/in-cluster.ts';
import { silentLog } from '../../../../../agent/daemon/src/log.ts';

t.test('is read again after a minute or when it was refused, and kept when it is gone', async (t) => {
  const path = join(t.testdir({ token: 'one\n' }), 'token');
  let nowMs = 0;
  const token = freshFile(path, { now: () => nowMs }, silentLog);
  t.equal(token(), 'one');
  await writeFile(path, 'two\n');
  nowMs = 59_999;
  t.equal(token(), 'one');
  t.equal(token(true), 'two');
  await writeFile(path, 'three\n');
  nowMs += 60_000;
  t.equal(token(), 'three');
  await rm(path);
  t.equal(token(true), 'three');
});

t.test('outside of a pod it says what is missing', async (t) => {
  const options = { directory: t.testdir({}), clock: { now: () => 0 }, log: silentLog };
  t.throws(() => inClusterKubeApi({ ...options, host: undefined, port: '443' }), { code: 'ERR_PADO_INVALID' });
  t.throws(() => inClusterKubeApi({ ...options, host: '10.0.0.1', port: '443' }), { message: /token cannot be read/ });
});
