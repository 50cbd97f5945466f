import { readFileSync } from 'node:fs';
import { kubectl } from '../../../e2e/helpers/cluster.ts';
import { cpuUsOf } from '../../injector/harness/proc.ts';
import { now } from './now.ts';
import { readMetrics, type ServerMetrics } from './prometheus.ts';

/** A process's memory, bytes. */
export interface Memory {
  /** With its pages of files, which the kernel may take back. */
  readonly rss: number;
  /** Its own pages: what a limit counts in the end. */
  readonly own: number;
  /** The most that was resident since the process began. */
  readonly peak: number;
}

export function memoryOf(pid: number): Memory {
  const text = readFileSync(`/proc/${pid}/status`, 'latin1');
  const bytes = (field: string) => Number(new RegExp(`^${field}:\\s*(\\d+) kB`, 'm').exec(text)?.[1]) * 1_024;
  return { rss: bytes('VmRSS'), own: bytes('RssAnon'), peak: bytes('VmHWM') };
}

export interface Reading extends ServerMetrics {
  readonly at: number;
}

/** The API server's own figures: asking costs it some tenths of a second of CPU. */
export const readServer = async (): Promise<Reading> => ({
  ...readMetrics(await kubectl('get', '--raw', '/metrics')),
  at: now(),
});

export interface Use {
  readonly seconds: number;
  /** Cores that the API server used on average, and those of the processes. */
  readonly serverCores: number;
  readonly ownCores: number;
  readonly requests: number;
}

/** What the API server and some processes use while something happens. */
export async function useDuring<T>(
  pids: readonly number[],
  run: () => Promise<T>,
): Promise<{ readonly value: T; readonly use: Use; readonly after: Reading }> {
  const cpu = () => pids.reduce((sum, pid) => sum + cpuUsOf(pid), 0) / 1e6;
  const before = await readServer();
  const [cpuBefore, startedAt] = [cpu(), now()];
  const value = await run();
  const [cpuAfter, endedAt] = [cpu(), now()];
  const after = await readServer();
  return {
    value,
    after,
    use: {
      seconds: (endedAt - startedAt) / 1_000,
      serverCores: ((after.cpuSeconds - before.cpuSeconds) / (after.at - before.at)) * 1_000,
      ownCores: ((cpuAfter - cpuBefore) / (endedAt - startedAt)) * 1_000,
      // The reading itself is one.
      requests: after.requests - before.requests - 1,
    },
  };
}
