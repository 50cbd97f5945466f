/** What Linux tells about CPU: of a process, of the machine, and of the limits of our own cgroup. Elsewhere nothing. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** USER_HZ, which the kernel's interface to programs fixes at 100 on every platform that Node.js runs on. */
export const ticksPerSecond = 100;

export interface HostTicks {
  readonly busy: number;
  readonly total: number;
}

/** Processes whose command line holds a text, this one aside. */
export function processesWith(text: string, procfs: string): readonly number[] {
  const pids = list(procfs).filter((name) => /^\d+$/.test(name));
  return pids
    .filter(
      (pid) =>
        read(join(procfs, pid, 'cmdline'))
          ?.split('\0')
          .includes(text) === true,
    )
    .map(Number)
    .filter((pid) => pid !== process.pid);
}

/** User and system time of all threads; undefined when the process has ended. */
export function cpuTicksOf(pid: number, procfs: string): number | undefined {
  // The name in field 2 may hold spaces and brackets: fields are counted after its last one.
  const fields = read(join(procfs, String(pid), 'stat'))
    ?.replace(/^.*\) /s, '')
    .split(' ');
  return fields === undefined ? undefined : Number(fields[11]) + Number(fields[12]);
}

/** All cores together. Stolen time counts as busy: a neighbour had the core, and we had not. */
export function hostTicks(procfs: string): HostTicks | undefined {
  const line = /^cpu\s+(.+)$/m.exec(read(join(procfs, 'stat')) ?? '')?.[1];
  if (line === undefined) return undefined;
  // user nice system idle iowait irq softirq steal; guest time, which follows, is within user time already.
  const ticks = line.split(/\s+/).map(Number).slice(0, 8);
  const total = ticks.reduce((sum, one) => sum + one, 0);
  return { busy: total - (ticks[3] ?? 0) - (ticks[4] ?? 0), total };
}

/** Periods in which our cgroup, or one above it, wanted more CPU than its limit; cgroup v1 and v2. */
export function throttledPeriods(procfs: string): number {
  const periods = cpuDirectories(procfs).map((directory) =>
    Number(/^nr_throttled (\d+)$/m.exec(read(join(directory, 'cpu.stat')) ?? '')?.[1] ?? 0),
  );
  return Math.max(0, ...periods);
}

/** From our own directory up to the mount. In a container of v1 the path is the host's, and the mount's root tells what to cut. */
function cpuDirectories(procfs: string): readonly string[] {
  const mounts = (read(join(procfs, 'self/mountinfo')) ?? '').split('\n').flatMap((line) => {
    const [left = '', right = ''] = line.split(' - ');
    const [, , , root, point] = left.split(' ');
    const [type, , options = ''] = right.split(' ');
    return root === undefined || point === undefined ? [] : [{ root, point, type, options: options.split(',') }];
  });
  const v1 = mounts.find(({ type, options }) => type === 'cgroup' && options.includes('cpu'));
  const mount = v1 ?? mounts.find(({ type }) => type === 'cgroup2');
  if (mount === undefined) return [];
  const path = (read(join(procfs, 'self/cgroup')) ?? '').split('\n').flatMap((line) => {
    const [id, controllers = '', ...rest] = line.split(':');
    const isOurs = v1 === undefined ? id === '0' : controllers.split(',').includes('cpu');
    return isOurs ? [rest.join(':')] : [];
  })[0];
  const below = posix.relative(mount.root, path ?? mount.root);
  const directories: string[] = [];
  for (let at = below.startsWith('..') ? '' : below; ; at = posix.dirname(at)) {
    directories.push(join(mount.point, at));
    if (at === '' || at === '.') return directories;
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function list(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
