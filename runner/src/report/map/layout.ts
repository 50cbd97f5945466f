import { users } from '../facts/topology.ts';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const column = [10, 304, 598] as const;
const row = (index: number): number => 16 + index * 114;
const service = (x: number, y: number): Box => ({ x, y, width: 184, height: 74 });

/** Where each part of the shop stands: calls go from left to right, and up to the catalog. */
export const places: Readonly<Record<string, Box>> = {
  [users]: service(column[0], row(0)),
  gateway: { x: column[0], y: row(1.5) - 12, width: 184, height: 98 },
  recommendations: service(column[1], row(0)),
  catalog: service(column[1], row(1)),
  cart: service(column[1], row(2)),
  orders: service(column[1], row(3)),
  inventory: service(column[2], row(2)),
  payments: service(column[2], row(3)),
  shipping: service(column[2], row(4)),
};

export const size = { width: 792, height: row(4) + 74 + 14 };

interface Path {
  readonly d: string;
  /** Labels stand right of an arrow within a column, above and below a level one, and on any other. */
  readonly kind: 'upright' | 'level' | 'slanted';
  /** Where they stand. */
  readonly x: number;
  readonly y: number;
  /** Where the number of an arrival stands: on the arrow, away from its labels. */
  readonly rank: readonly [x: number, y: number];
  /** Where the time of an arrival stands: beside its number, on the side without labels. */
  readonly since: readonly [x: number, y: number, anchor: 'start' | 'end'];
}

/** From side to side; within a column from top to bottom. */
export function path(from: Box, to: Box): Path {
  if (Math.abs(from.x - to.x) < 1) {
    const up = from.y > to.y;
    const x = from.x + from.width / 2;
    const [start, end] = up ? [from.y, to.y + to.height] : [from.y + from.height, to.y];
    return {
      d: `M${x} ${start} L${x} ${end + (up ? 4 : -4)}`,
      kind: 'upright',
      x,
      y: (start + end) / 2,
      rank: [x, (start + end) / 2],
      since: [x - 17, (start + end) / 2 + 5, 'end'],
    };
  }
  const [x1, y1] = [from.x + from.width, from.y + from.height / 2];
  const [x2, y2] = [to.x, to.y + to.height / 2];
  const x = (x1 + x2) / 2;
  const d = `M${x1} ${y1} C${x} ${y1} ${x} ${y2} ${x2 - 4} ${y2}`;
  if (Math.abs(y1 - y2) < 1)
    return { d, kind: 'level', x: x2 - 12, y: y2, rank: [x1 + 2, y1], since: [x2 - 12, y2 + 44, 'end'] };
  // The curve's own point at 0.65: where arrows of one fan are apart, and none is at its box yet.
  const [labelX, labelY] = [x + 0.13 * (x2 - x1), y1 + 0.718 * (y2 - y1)];
  return {
    d,
    kind: 'slanted',
    x: labelX,
    y: labelY,
    rank: [x2 - 4, y2],
    since: [x2 - 19, y2 + (y1 < y2 ? 18 : -8), 'end'],
  };
}
