import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { removeStaleLock } from '../../../runner/src/stack/stale-lock.ts';

async function folder(t: Test, pid: number | string): Promise<{ data: string; isLocked: () => boolean }> {
  const data = await mkdtemp(join(tmpdir(), 'pado-lock-'));
  t.teardown(() => rm(data, { recursive: true, force: true }));
  await writeFile(join(data, 'postmaster.pid'), `${pid}\n${data}\n`);
  return { data, isLocked: () => existsSync(join(data, 'postmaster.pid')) };
}

/** A process that has ended, and a parent that never reaps it. */
async function zombie(t: Test): Promise<number> {
  // `exec` turns the shell into a program that knows nothing of its child, which ends once that has happened.
  const child = 'until grep -q sleep /proc/$PPID/comm; do :; done';
  const script = `sh -c '${child}' & echo $!; exec sleep 60`;
  const parent = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  t.teardown(() => {
    parent.kill('SIGKILL');
  });
  const [line] = (await once(parent.stdout.setEncoding('utf8'), 'data')) as [string];
  return Number(line);
}

t.test('the lock of a killed process that nobody has reaped goes away', async (t) => {
  const pid = await zombie(t);
  const { data, isLocked } = await folder(t, pid);
  // It may not have ended yet; a lock whose owner runs stays.
  while (isLocked()) await removeStaleLock(data);
  t.notOk(isLocked());
});

t.test('it waits for whoever still works in the data', async (t) => {
  const { data, isLocked } = await folder(t, await zombie(t));
  const worker = spawn('sleep', ['60'], { cwd: data, stdio: 'ignore' });
  await once(worker, 'spawn');
  const removing = (async () => {
    while (isLocked()) await removeStaleLock(data);
  })();
  await new Promise((resolve) => setTimeout(resolve, 300));
  t.ok(isLocked());
  worker.kill('SIGKILL');
  await removing;
  t.notOk(isLocked());
});

t.test('any other lock is left to PostgreSQL', async (t) => {
  for (const pid of [process.pid, 2 ** 22 + 1, 'nonsense', '']) {
    const { data, isLocked } = await folder(t, pid);
    await removeStaleLock(data);
    t.ok(isLocked(), String(pid));
  }
});
