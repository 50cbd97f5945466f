import type { EdgeStats } from '../../contracts.ts';

export interface Edge {
  readonly from: string;
  readonly to: string;
  /** events: nobody waits for the answer, and no request is measured. */
  readonly by: 'requests' | 'events';
}

/** The name under which a graph's edges hold the users' own view, as the load measures it. */
export const users = 'load';

const requests = (from: string, ...to: string[]): Edge[] => to.map((name) => ({ from, to: name, by: 'requests' }));

/** Who calls whom in the shop. */
export const topology: readonly Edge[] = [
  ...requests(users, 'gateway'),
  ...requests('gateway', 'catalog', 'cart', 'orders', 'recommendations'),
  ...requests('cart', 'catalog'),
  ...requests('orders', 'cart', 'inventory', 'payments'),
  { from: 'orders', to: 'shipping', by: 'events' },
  ...requests('recommendations', 'catalog'),
];

export const sameEdge = (one: { from: string; to: string }, other: { from: string; to: string }): boolean =>
  one.from === other.from && one.to === other.to;

export const nameOf = (service: string, word = 'users'): string => (service === users ? word : service);

/** Edges that were measured although the shop's topology lacks them: another program, or a call nobody expected. */
export const unexpected = (edges: readonly EdgeStats[]): readonly EdgeStats[] =>
  edges.filter((edge) => !topology.some((known) => sameEdge(known, edge)));
