import { Worker } from 'node:worker_threads';
import { reach } from '../channel/reach.ts';

/**
 * What a thread of ours does; it is sent as its source text, and must not refer to anything outside of itself. It gets
 * `require`, the CPU time of the thread so far, and the way to the agent.
 */
export type ThreadMain = (load: NodeJS.Require, cpuMs: () => number, reachBy: typeof reach) => void;

/** Sent as source text, too. Before Node.js 23.9 only the kernel's own account says it. */
function cpuTime(): number {
  const { threadCpuUsage } = process as { threadCpuUsage?: () => { user: number; system: number } };
  if (threadCpuUsage) {
    const { user, system } = threadCpuUsage.call(process);
    return (user + system) / 1e3;
  }
  const { readFileSync } = require('node:fs') as typeof import('node:fs');
  return Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ', 1)[0]) / 1e6;
}

/** Starts a small thread of ours, which never keeps the host alive and runs nothing of the host's own set-up. */
export function startThread(main: ThreadMain, workerData: unknown): Worker {
  // No preloads, loaders or inspectors.
  const { NODE_OPTIONS: _, ...env } = process.env;
  const worker = new Worker(`(${main})(require, ${cpuTime}, ${reach})`, {
    eval: true,
    // Else the worker would be piped to the host's own stdout and stderr, and open them.
    stdout: true,
    stderr: true,
    execArgv: [],
    env,
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
  });
  worker.on('error', () => {});
  worker.unref();
  return worker;
}
