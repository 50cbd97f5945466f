import type { AgentsResult, FaultRun } from '../figures/agents.ts';
import type { InjectorsResult } from '../figures/injectors.ts';
import { total } from './counts.ts';
import type { Spread } from './spread.ts';

const number = (value: number, digits = 0): string =>
  Number.isFinite(value)
    ? value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits })
    : '–';
const mebibytes = (bytes: number, digits = 0): string => number(bytes / 2 ** 20, digits);
const milliseconds = ({ p50, p99, max }: Spread): string => `${number(p50)} / ${number(p99)} / ${number(max)}`;
const percent = (cores: number): string => `${number(cores * 100, 1)}%`;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

export const injectorsTable = (results: readonly InjectorsResult[]): string =>
  table(
    [
      'injectors',
      'all connected, ms',
      'apply → armed, ms: p50 / p99 / last',
      'delete → told to revert, ms: p50 / p99 / last',
      'requests to the API server a fault',
      'own memory, MiB: idle → under a fault',
      'resident, MiB',
      'CPU of one core: idle → under a fault',
      'lost',
    ],
    results.map((result) => [
      number(result.injectors),
      number(result.connectMs),
      milliseconds(result.armMs),
      milliseconds(result.disarmMs),
      number(total(result.requestsAFault), 1),
      `${mebibytes(result.idle.own)} → ${mebibytes(result.under.own)}`,
      `${mebibytes(result.idle.rss)} → ${mebibytes(result.under.rss)}`,
      `${percent(result.idleCores)} → ${percent(result.underCores)}`,
      number(result.lost),
    ]),
  );

export const agentsTable = (results: readonly AgentsResult[]): string =>
  table(
    [
      'agents',
      'all ready, s',
      'streams',
      'requests a minute, idle: all (of the leader’s Lease)',
      'API server idle: cores',
      'API server, MiB: before → with the agents → after the faults',
      'lost',
    ],
    results.map((result) => [
      number(result.agents),
      number(result.startMs / 1_000, 1),
      number(result.watches),
      `${number(total(result.idleAMinute))} (${number((result.idleAMinute['GET leader'] ?? 0) + (result.idleAMinute['PUT leader'] ?? 0))})`,
      number(result.idle.serverCores, 2),
      `${mebibytes(result.serverBefore)} → ${mebibytes(result.serverWith)} → ${mebibytes(result.serverAfterFaults)}`,
      number(result.lost),
    ]),
  );

const faultRow =
  (agents: number) =>
  (run: FaultRun): string[] => [
    number(agents),
    run.mode,
    `${number(run.armed)} of ${number(run.wanted)}${run.arms > run.armed ? ` (${number(run.arms)} times one was armed)` : ''}`,
    milliseconds(run.seenMs),
    milliseconds(run.armMs),
    number(run.toldMs),
    milliseconds(run.disarmMs),
    number(total(run.begins)),
    number(total(run.goesOn), 1),
    number(total(run.ends)),
    number(run.use.serverCores, 2),
    number(run.sumMs, 1),
  ];

export const faultsTable = (results: readonly AgentsResult[]): string =>
  table(
    [
      'agents',
      'mode',
      'armed, the most at a time',
      'apply → seen, ms: p50 / p99 / last',
      'apply → armed, ms: p50 / p99 / last',
      'apply → in the status, ms',
      'delete → told to revert, ms: p50 / p99 / last',
      'requests until it is in force',
      'requests a second while it goes on',
      'requests to end it',
      'API server meanwhile: cores',
      'summing all reports once, ms',
    ],
    results.flatMap(({ agents, faults }) => faults.map(faultRow(agents))),
  );

/** Growth as bars of text, the longest for the greatest. */
export function bars(rows: readonly (readonly [label: string, value: number])[], unit: string): string {
  const most = Math.max(...rows.map(([, value]) => value));
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows
    .map(([label, value]) => {
      const length = Math.max(1, Math.round((value / most) * 50));
      return `${label.padEnd(width)} ${'█'.repeat(length)} ${number(value, value < 10 ? 1 : 0)} ${unit}`;
    })
    .join('\n');
}
