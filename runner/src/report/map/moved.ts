import type { EdgeStats, GraphSnapshot } from '../../contracts.ts';
import { sameEdge } from '../facts/topology.ts';

/** How far an edge or a service moved from the baseline to the experiment. */
export type Moved = 'unknown' | 'steady' | 'worse' | 'broken';

export const movedSigns: Readonly<Record<Moved, string>> = { unknown: '', steady: '✓', worse: '▲', broken: '✗' };

export interface Movement {
  readonly before?: Stats;
  readonly during?: Stats;
  readonly moved: Moved;
}

export type Stats = Pick<EdgeStats, 'rate' | 'errorRate' | 'p99'>;

/**
 * A p99 has moved when it has grown by its half, and by 50 ms: less is noise at a few requests a second. Four times, and by
 * 250 ms, is broken. Errors count in points of the share: 1 is worse, 5 is broken.
 */
export function movement(before: Stats | undefined, during: Stats | undefined): Movement {
  const known = { ...(before === undefined ? {} : { before }), ...(during === undefined ? {} : { during }) };
  if (before === undefined || during === undefined) return { ...known, moved: 'unknown' };
  const errors = (during.errorRate ?? 0) - (before.errorRate ?? 0);
  const slower = (times: number, seconds: number): boolean =>
    before.p99 !== null &&
    during.p99 !== null &&
    during.p99 >= times * before.p99 &&
    during.p99 - before.p99 >= seconds;
  if (errors >= 0.05 || slower(4, 0.25)) return { ...known, moved: 'broken' };
  return { ...known, moved: errors >= 0.01 || slower(1.5, 0.05) ? 'worse' : 'steady' };
}

type Graphs = { readonly before?: GraphSnapshot; readonly during?: GraphSnapshot };

export function edgeMovement({ before, during }: Graphs, edge: { from: string; to: string }): Movement {
  const of = (graph?: GraphSnapshot) => graph?.edges.find((one) => sameEdge(one, edge));
  return movement(of(before), of(during));
}

/** A service as its callers see it: all their requests together, and the slowest caller's p99. */
export function serviceMovement({ before, during }: Graphs, service: string): Movement {
  const of = (graph?: GraphSnapshot) => asSeen(graph?.edges.filter(({ to }) => to === service) ?? []);
  return movement(of(before), of(during));
}

function asSeen(edges: readonly EdgeStats[]): Stats | undefined {
  if (edges.length === 0) return undefined;
  const rate = edges.reduce((sum, edge) => sum + edge.rate, 0);
  const failed = edges.reduce((sum, edge) => sum + edge.rate * (edge.errorRate ?? 0), 0);
  const p99s = edges.flatMap(({ p99 }) => p99 ?? []);
  return { rate, errorRate: rate === 0 ? null : failed / rate, p99: p99s.length === 0 ? null : Math.max(...p99s) };
}
