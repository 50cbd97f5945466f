import { users } from '../facts/topology.ts';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const column = [12, 190, 446, 702] as const;
const row = (index: number): number => 16 + index * 114;
const service = (x: number, y: number): Box => ({ x, y, width: 172, height: 74 });

/** Where each part of the shop stands: calls go from left to right, and up to the catalog. */
export const places: Readonly<Record<string, Box>> = {
  [users]: { x: column[0], y: row(1.5) + 2, width: 96, height: 70 },
  gateway: { x: column[1], y: row(1.5) - 12, width: 172, height: 98 },
  recommendations: service(column[2], row(0)),
  catalog: service(column[2], row(1)),
  cart: service(column[2], row(2)),
  orders: service(column[2], row(3)),
  inventory: service(column[3], row(2)),
  payments: service(column[3], row(3)),
  shipping: service(column[3], row(4)),
};

export const size = { width: 888, height: row(4) + 74 + 14 };

interface Path {
  readonly d: string;
  /** Where a label stands. */
  readonly x: number;
  readonly y: number;
}

/** From side to side; within a column from top to bottom. */
export function path(from: Box, to: Box): Path {
  if (Math.abs(from.x - to.x) < 1) {
    const up = from.y > to.y;
    const x = from.x + from.width / 2;
    const [start, end] = up ? [from.y, to.y + to.height] : [from.y + from.height, to.y];
    return { d: `M${x} ${start} L${x} ${end + (up ? 4 : -4)}`, x: x + 10, y: (start + end) / 2 };
  }
  const [x1, y1] = [from.x + from.width, from.y + from.height / 2];
  const [x2, y2] = [to.x, to.y + to.height / 2];
  const middle = (x1 + x2) / 2;
  return { d: `M${x1} ${y1} C${middle} ${y1} ${middle} ${y2} ${x2 - 4} ${y2}`, x: middle, y: (y1 + y2) / 2 };
}
