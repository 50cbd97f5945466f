import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const toMs = { us: 1e-3, ms: 1, s: 1e3 } as const;

export interface Throughput {
  readonly requestsPerSecond: number;
  readonly p99Ms: number;
}

/** As many requests as the server can take, over 16 connections. */
export async function wrk(url: string, seconds: number): Promise<Throughput> {
  const { stdout } = await run('wrk', ['-t1', '-c16', `-d${seconds}s`, '--latency', url]);
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`wrk saw errors:\n${stdout}`);
  const [, value = '', unit = 'ms'] = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout) ?? [];
  return {
    requestsPerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]),
    p99Ms: Number(value) * toMs[unit as keyof typeof toMs],
  };
}
