import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Effect } from '@pado/fault';
import type { Host } from '../../../helpers/host.ts';
import { makeCgroup } from '../harness/cgroup.ts';
import { type Control, startControl } from '../harness/control.ts';
import { type Bench, type Figure, type Row, skipped, verdictOf } from '../harness/figure.ts';
import { childrenOf, rssOf } from '../harness/proc.ts';
import { inCgroups, owned, type ProgramOptions, stop } from '../harness/programs.ts';
import { change } from '../harness/text.ts';
import { has } from '../harness/tools.ts';

const mebi = 2 ** 20;
const limitMiB = 256;
const oldSpaceMiB = 256;

interface Case {
  readonly name: string;
  readonly effect: Extract<Effect, { kind: 'memory' }>;
  readonly wantedMiB: number;
  readonly options?: ProgramOptions;
  /** Counted by V8, for it is V8's limit that it is a share of. */
  readonly isHeap?: boolean;
}

interface Seen {
  readonly wantedMiB: number;
  readonly gotMiB: number;
  /** What is left one second after the revert, and after a full collection then. */
  readonly leftMiB: number;
  readonly leftAfterGcMiB: number;
}

async function ours(control: Control, { effect, options, wantedMiB, isHeap = false }: Case): Promise<Seen> {
  const host: Host = await control.start('idle.mjs', 'holder', options);
  const pid = host.child.pid ?? 0;
  await host.ask('gc');
  await sleep(300);
  const before = rssOf(pid);
  const heapBefore = await host.ask<number>('heap');
  await control.arm('hold', 'holder', [effect]);
  await sleep(1_000);
  const during = isHeap ? await host.ask<number>('heap') : rssOf(pid);
  await control.end('hold');
  await sleep(1_000);
  const after = rssOf(pid);
  await host.ask('gc');
  await sleep(200);
  const collected = rssOf(pid);
  await stop(host.child);
  const since = (bytes: number) => (bytes - before) / mebi;
  const gotMiB = isHeap ? (during - heapBefore) / mebi : since(during);
  return { wantedMiB, gotMiB, leftMiB: since(after), leftAfterGcMiB: since(collected) };
}

/** Memory that stress-ng's worker holds after a second; its process group ends with it. */
async function stress(bench: Bench, megabytes: number, cgroups: readonly string[]): Promise<number | undefined> {
  if (!(await has('stress-ng'))) return undefined;
  const options = ['--vm', '1', '--vm-bytes', `${megabytes}M`, '--vm-keep', '--timeout', '5s', '--quiet'];
  const [command, ...args] = inCgroups(cgroups, ['stress-ng', ...options]);
  const child = owned(bench, spawn(command ?? '', args, { stdio: 'ignore' }));
  await sleep(1_000);
  const tree = (pid: number): number[] => [pid, ...childrenOf(pid).flatMap(tree)];
  const held = Math.max(...tree(child.pid ?? 0).map(rssOf)) / mebi;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
  return held;
}

const rss = (size: string): Case['effect'] => ({ kind: 'memory', where: 'rss', size });

/** How much memory a `memory` fault really holds after a second, as the kernel counts it, and what stays afterwards. */
export const memory: Figure = {
  name: 'memory',
  seconds: { full: 24, quick: 11 },
  run: async (bench) => {
    const control = await startControl(bench);
    const cgroup = makeCgroup(bench, 'memory', { 'memory.limit_in_bytes': String(limitMiB * mebi) });
    const cases: Case[] = [
      { name: '64 MiB rss', effect: rss('64Mi'), wantedMiB: 64 },
      { name: '256 MiB rss', effect: rss('256Mi'), wantedMiB: 256 },
      ...(cgroup === undefined
        ? []
        : [
            {
              name: `50% of a limit of ${limitMiB} MiB`,
              effect: rss('50%'),
              wantedMiB: limitMiB / 2,
              options: { cgroups: [cgroup] },
            },
          ]),
      {
        name: `heap, 60% of ${oldSpaceMiB} MiB of old space`,
        effect: { kind: 'memory', where: 'heap', size: '60%' },
        wantedMiB: oldSpaceMiB * 0.6,
        options: { flags: [`--max-old-space-size=${oldSpaceMiB}`] },
        isHeap: true,
      },
    ];
    const rows: Row[] = [];
    const data: Record<string, Seen & { stressMiB: number | undefined }> = {};
    const chosen = bench.isQuick ? cases.slice(-2) : cases;
    for (const [step, one] of chosen.entries()) {
      const seen = await ours(control, one);
      const { wantedMiB, gotMiB, leftMiB, leftAfterGcMiB } = seen;
      const stressMiB = one.isHeap ? undefined : await stress(bench, wantedMiB, one.options?.cgroups ?? []);
      rows.push({
        figure: `memory ${one.name}`,
        goal: '±2% or 4 MiB within 1 s; back to +8 MiB',
        measured:
          `${change(gotMiB - wantedMiB, 1)} MiB of ${wantedMiB.toFixed(0)} (${one.isHeap ? 'live in the heap' : 'resident'}); ` +
          `a second after the revert ${change(leftMiB, 1)} MiB resident${one.isHeap ? `, after a full collection ${change(leftAfterGcMiB, 1)}` : ''}`,
        peer: stressMiB === undefined ? '' : `stress-ng --vm: ${change(stressMiB - wantedMiB, 1)} MiB (its process)`,
        verdict: verdictOf(Math.abs(gotMiB - wantedMiB) <= Math.max(4, wantedMiB * 0.02) && leftMiB <= 8),
      });
      data[one.name] = { ...seen, stressMiB };
      bench.done((step + 1) / chosen.length);
    }
    if (cgroup === undefined)
      rows.push(skipped(`memory 50% of a limit of ${limitMiB} MiB`, '±2% or 4 MiB', 'no cgroup can be made here'));
    return { rows, data };
  },
};
