import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuQuota } from '../../../../agent/injector/src/host/limits.ts';
import { makeCgroup } from '../harness/cgroup.ts';
import { type Control, startControl } from '../harness/control.ts';
import { type Bench, type Figure, type Row, skipped, verdictOf } from '../harness/figure.ts';
import { childrenOf, exactCpuUsOf } from '../harness/proc.ts';
import { inCgroups, owned, stop, usage } from '../harness/programs.ts';
import { mean } from '../harness/stats.ts';
import { change, fixed } from '../harness/text.ts';
import { has } from '../harness/tools.ts';

const shares = [25, 50, 80] as const;
const quotaCores = 0.5;

interface Look {
  readonly cpuUs: number;
  readonly atMs: number;
}

/** Percent of so many cores, in windows of a second. */
async function windows(look: () => Promise<Look>, cores: number, count: number): Promise<number[]> {
  const shares: number[] = [];
  let last = await look();
  for (let window = 0; window < count; window += 1) {
    await sleep(1_000);
    const next = await look();
    shares.push(((next.cpuUs - last.cpuUs) / 1e3 / (next.atMs - last.atMs) / cores) * 100);
    last = next;
  }
  return shares;
}

interface Case {
  readonly bench: Bench;
  readonly seconds: number;
  readonly cores: number;
  readonly share: number;
  readonly cgroup: string | undefined;
}

/** The fault's share, without what the program needs for itself. */
async function ours({ seconds, cores, share, cgroup }: Case, control: Control): Promise<number[]> {
  const host = await control.start('idle.mjs', 'burner', { cgroups: cgroup === undefined ? [] : [cgroup] });
  const look = () => usage(host);
  const own = mean(await windows(look, cores, 1));
  const quota = cgroup === undefined ? cpuQuota() : quotaCores;
  await control.arm('burn', 'burner', [{ kind: 'cpu', load: (share * cores) / quota }]);
  // The worker starts; that is no window.
  await sleep(500);
  const seen = (await windows(look, cores, seconds)).map((value) => value - own);
  await control.end('burn');
  await stop(host.child);
  return seen;
}

async function stress({ bench, seconds, cores, share, cgroup }: Case): Promise<number[] | undefined> {
  if (!(await has('stress-ng'))) return undefined;
  const options = ['--cpu', '1', '--cpu-load', String(share), '--timeout', `${seconds + 5}s`, '--quiet'];
  const [command, ...args] = inCgroups(cgroup === undefined ? [] : [cgroup], ['stress-ng', ...options]);
  const child = owned(bench, spawn(command ?? '', args, { stdio: 'ignore' }));
  await sleep(500);
  const [worker] = childrenOf(child.pid ?? 0);
  if (worker === undefined) return undefined;
  const look = async () => ({ cpuUs: exactCpuUsOf(worker), atMs: performance.now() });
  const seen = await windows(look, cores, seconds);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  // Its own handler ends the worker, too.
  child.kill('SIGTERM');
  await gone;
  return seen;
}

const worstOf = (values: readonly number[], wanted: number): number =>
  values.reduce((worst, value) => (Math.abs(value - wanted) > Math.abs(worst) ? value - wanted : worst), 0);

const told = (values: readonly number[], share: number): string =>
  `${fixed(mean(values))}% over ${values.length} s (${change(mean(values) - share, 2)}), worst second ${change(worstOf(values, share), 2)}`;

/** How much CPU a `cpu` fault really takes, by the kernel's own count. */
export const cpu: Figure = {
  name: 'cpu',
  seconds: { full: 140, quick: 9 },
  run: async (bench) => {
    const control = await startControl(bench);
    const quota = { 'cpu.cfs_period_us': '100000', 'cpu.cfs_quota_us': String(quotaCores * 100_000) };
    const cgroup = makeCgroup(bench, 'cpu', quota);
    const kinds = [
      { name: 'one core', cores: 1, cgroup: undefined },
      ...(cgroup === undefined ? [] : [{ name: `a quota of ${quotaCores} cores`, cores: quotaCores, cgroup }]),
    ];
    const cases = kinds.flatMap((kind) => (bench.isQuick ? [50] : shares).map((share) => ({ ...kind, share })));
    const seconds = bench.isQuick ? 1 : 10;
    const rows: Row[] = [];
    const data: Record<string, { ours: number[]; stress: number[] | undefined }> = {};
    for (const [step, { name, ...rest }] of cases.entries()) {
      const one: Case = { bench, seconds, ...rest };
      const seen = { ours: await ours(one, control), stress: await stress(one) };
      const { share } = rest;
      rows.push({
        figure: `cpu ${share}% of ${name}`,
        goal: '±1 point over 1 s, ±0.25 over 10 s',
        measured: told(seen.ours, share),
        peer: seen.stress ? `stress-ng: ${told(seen.stress, share)}` : 'stress-ng: not installed',
        verdict: verdictOf(Math.abs(worstOf(seen.ours, share)) <= 1 && Math.abs(mean(seen.ours) - share) <= 0.25),
      });
      data[`${share}% of ${name}`] = seen;
      bench.done((step + 1) / cases.length);
    }
    if (cgroup === undefined)
      rows.push(
        skipped(`cpu, share of a quota of ${quotaCores} cores`, '±1 point over 1 s', 'no cgroup can be made here'),
      );
    return { rows, data };
  },
};
