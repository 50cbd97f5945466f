import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second in /proc, the same on every Linux that Node.js runs on. */
const ticks = 100;

/** CPU time that a process has used, in microseconds, to a hundredth of a second. */
export function cpuUsOf(pid: number): number {
  const [, rest = ''] = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ');
  const [user = 0, system = 0] = rest.split(' ').slice(11, 13).map(Number);
  return ((user + system) / ticks) * 1e6;
}

/** CPU time of a process without threads of its own, in microseconds, exact. */
export const exactCpuUsOf = (pid: number): number =>
  Number(readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ', 1)[0]) / 1e3;

/** Resident bytes as the kernel counts them page by page; VmRSS lags behind by a batch a thread. */
export function rssOf(pid: number): number {
  const [, kibibytes = Number.NaN] =
    /^Rss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1')) ?? [];
  return Number(kibibytes) * 1_024;
}

export const childrenOf = (pid: number): number[] =>
  readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1').trim().split(' ').filter(Boolean).map(Number),
  );
