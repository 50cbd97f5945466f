import { readdir, readFile, readlink, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify } from './process-table.ts';

const lookAgainMs = 50;
/** Children of a PostgreSQL that was killed notice it and end by themselves, in far less time than this. */
const mostMs = 10_000;

/**
 * PostgreSQL does not start while the process that its lock file names exists, and one that was killed exists until
 * somebody has reaped it, which some containers' first processes never do. Takes the lock away when its owner is such a
 * zombie, once nobody works in the data any more. Whatever else is in the way is for PostgreSQL to tell.
 */
export async function removeStaleLock(data: string): Promise<void> {
  const lock = join(data, 'postmaster.pid');
  const pid = Number((await readFile(lock, 'utf8').catch(() => '')).split('\n', 1)[0]);
  if (!(pid > 0) || !(await isZombie(pid))) return;
  for (let waitedMs = 0; waitedMs < mostMs; waitedMs += lookAgainMs) {
    if (!(await isUsed(data))) return rm(lock, { force: true });
    await sleep(lookAgainMs);
  }
}

async function isZombie(pid: number): Promise<boolean> {
  const isThere = await readFile(`/proc/${pid}/stat`, 'utf8').then(
    () => true,
    () => false,
  );
  return isThere && identify(pid) === undefined;
}

/** Every process of a PostgreSQL has its data as working directory. */
async function isUsed(data: string): Promise<boolean> {
  const folder = await realpath(data);
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const folders = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => undefined)));
  return folders.includes(folder);
}
