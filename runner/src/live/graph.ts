import type { EdgeStats } from '../contracts.ts';
import { rate, share, time } from '../report/facts/format.ts';
import { type Edge, nameOf, sameEdge, topology, unexpected, users } from '../report/facts/topology.ts';
import { type Band, bandOfErrors, bandOfP99, bandSigns } from './band.ts';
import { cut, type Line, pad, padLeft, span } from './line.ts';
import type { LiveState } from './state.ts';

const nameWidth = 30;
export const graphWidth = 76;

/** The shop as a tree of calls: what each edge carries, how much of it fails, how long it takes. */
export function graphLines({ graph, faults }: LiveState): readonly Line[] {
  const edges = graph?.edges ?? [];
  const hit = new Set(
    faults.filter(({ phase }) => phase === 'Injected').flatMap(({ targets }) => targets.map(({ name }) => name)),
  );
  const row = (prefix: string, edge: Edge): Line => {
    const stats = edges.find((one) => sameEdge(one, edge));
    const name = span(pad(`${prefix}${edge.to}`, nameWidth));
    const fault = hit.has(edge.to) ? [span('  ← fault', 'failing')] : [];
    return edge.by === 'events' ? [name, span('  by events', 'dim'), ...fault] : [name, ...cells(stats), ...fault];
  };
  return [
    [
      span(pad(nameOf(users), nameWidth), 'strong'),
      span(`${padLeft('rate', 9)}${pad('     errors', 13)}   p99`, 'dim'),
    ],
    ...branches(users, '', row),
    ...unexpected(edges).map((edge): Line => {
      const name = cut(`${nameOf(edge.from)} → ${nameOf(edge.to)}`, nameWidth);
      return [span(pad(name, nameWidth)), ...cells(edge)];
    }),
  ];
}

/** What a service calls is shown where it appears first. */
function branches(
  from: string,
  indent: string,
  row: (prefix: string, edge: Edge) => Line,
  shown: Set<string> = new Set(),
): readonly Line[] {
  if (shown.has(from)) return [];
  shown.add(from);
  const edges = topology.filter((edge) => edge.from === from);
  return edges.flatMap((edge, index) => {
    const last = index === edges.length - 1;
    const joint = edge.by === 'events' ? '⇢ ' : '─ ';
    const line = row(`${indent}${last ? '└' : '├'}${joint}`, edge);
    return [line, ...branches(edge.to, `${indent}${last ? '   ' : '│  '}`, row, shown)];
  });
}

function cells(stats: EdgeStats | undefined): Line {
  const cell = (text: string, band: Band, width: number) =>
    span(pad(`   ${bandSigns[band]} ${padLeft(text, 6)}`, width), band);
  return [
    span(padLeft(rate(stats?.rate), 9), stats === undefined ? 'none' : undefined),
    cell(share(stats?.errorRate), bandOfErrors(stats?.errorRate), 13),
    cell(time(stats?.p99), bandOfP99(stats?.p99), 13),
  ];
}

const barWidth = 24;

/** The gateway's requests in flight against its cap, and those that wait. */
export function gatewayLine({ graph }: LiveState): Line {
  const inFlight = graph?.inFlight.gateway;
  if (graph === undefined || inFlight === undefined) return [span('gateway  in flight –', 'dim')];
  const { cap, queued } = graph;
  const band: Band = queued > 0 ? 'failing' : cap !== undefined && inFlight >= 0.75 * cap ? 'slow' : 'ok';
  const waiting = span(
    `   ${bandSigns[queued > 0 ? 'failing' : 'ok']} ${Math.round(queued)} queued`,
    queued > 0 ? 'failing' : 'ok',
  );
  if (cap === undefined) return [span('gateway  in flight '), span(String(Math.round(inFlight)), band), waiting];
  const full = Math.min(barWidth, Math.round((barWidth * inFlight) / cap));
  return [
    span('gateway  in flight '),
    span('█'.repeat(full), band),
    span('░'.repeat(barWidth - full), 'dim'),
    span(` ${Math.round(inFlight)} of ${cap}`, band),
    waiting,
  ];
}
