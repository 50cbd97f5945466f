import type { Effect } from '@pado/fault';
import type { PadoJournal } from '../../contracts.ts';
import type { Family } from '../text/en.ts';
import { placeInWords } from './arrivals.ts';
import { topology, users } from './topology.ts';

const families: Readonly<Record<string, Family>> = {
  latency: 'slow',
  hang: 'slow',
  throttle: 'slow',
  error: 'fails',
  abort: 'fails',
  truncate: 'fails',
  'event-loop': 'starved',
  cpu: 'starved',
  memory: 'starved',
  gc: 'starved',
  threadpool: 'starved',
  sockets: 'starved',
  exit: 'gone',
  kill: 'gone',
  throw: 'gone',
  reject: 'gone',
  unready: 'gone',
  unhealthy: 'gone',
} satisfies Record<Effect['kind'], Family>;

export const familiesOf = ({ faults }: PadoJournal): readonly Family[] => [
  ...new Set(faults.flatMap(({ spec }) => spec.effects).flatMap(({ kind }) => families[kind] ?? [])),
];

export interface Edge {
  readonly from: string;
  readonly to: string;
}

/** The call to protect: of those that the fault makes late or failing, the one that left its band first. */
export function edgeToProtect({ faults, arrivals = [] }: PadoJournal): Edge | undefined {
  const hit = hitEdges(faults);
  const first = arrivals.find(
    ({ from, to }) => from !== undefined && hit.some((edge) => edge.from === from && edge.to === to),
  );
  return first?.from === undefined ? hit[0] : { from: first.from, to: first.to };
}

/** Calls into a target; for outbound effects the target's own calls to whom the match names. */
function hitEdges(faults: PadoJournal['faults']): readonly Edge[] {
  return faults.flatMap(({ spec, targets }) => {
    const names = [...targets.map(({ name }) => name), ...Object.values(spec.target.selector.matchLabels)];
    return spec.effects.flatMap((effect) => {
      const isOutbound = 'direction' in effect && effect.direction === 'outbound';
      const peer = 'match' in effect ? (effect.match as { readonly service?: string } | undefined)?.service : undefined;
      return topology.filter(
        ({ from, to, by }) =>
          by === 'requests' &&
          from !== users &&
          (isOutbound ? names.includes(from) && (peer === undefined || peer === to) : names.includes(to)),
      );
    });
  });
}

/** The first call or service that left its band although the fault is not on its way to the users: by a shared limit. */
export function bystander({ faults, arrivals = [] }: PadoJournal): string | undefined {
  const affected = new Set(hitEdges(faults).flatMap(({ from, to }) => [from, to]));
  if (affected.size === 0) return undefined;
  for (let size = -1; size !== affected.size; ) {
    size = affected.size;
    for (const { from, to } of topology) if (affected.has(to)) affected.add(from);
  }
  const found = arrivals.find(({ from, to }) => from !== undefined && !affected.has(to));
  return found && placeInWords(found, users);
}

/** Fallbacks that the shop's code offers. */
const fallbacks: readonly Edge[] = [
  { from: 'orders', to: 'payments' },
  { from: 'gateway', to: 'recommendations' },
];

/** A policy file to start from: the deadline is some four times the baseline's p99, the bulkhead twice what is in flight. */
export function policyFile({ from, to }: Edge, families: readonly Family[], { graph }: PadoJournal): string {
  const before = graph.before?.edges.find((edge) => edge.from === from && edge.to === to);
  const p99 = before?.p99 ?? 0.05;
  const deadlineMs = Math.min(10_000, Math.max(100, Math.ceil((p99 * 4_000) / 50) * 50));
  const concurrent = Math.min(64, Math.max(4, Math.ceil(2 * (before?.rate ?? 10) * p99)));
  const hasFallback = fallbacks.some((edge) => edge.from === from && edge.to === to);
  const parts = [
    `deadlineMs: ${deadlineMs}`,
    ...(families.includes('fails') || families.includes('gone') ? ['retry: {maxAttempts: 2, backoffMs: 50}'] : []),
    `bulkhead: {maxConcurrent: ${concurrent}, maxQueued: 0}`,
    ...(hasFallback ? ['fallback: true'] : []),
  ];
  return `preset: limits\nservices:\n  ${from}:\n    ${to}:\n${parts.map((part) => `      ${part}\n`).join('')}`;
}
