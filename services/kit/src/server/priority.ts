import { defaultPriority } from '../context.ts';

/** 0, the highest, to 9, the lowest; carried from each request to the calls made for it. */
export const priorityHeader = 'x-priority';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The priority of requests that name none: 0 (highest) to 9, by default 5. */
    priority?: number;
  }
}

/** Reads the header; anything but one digit counts as absent. */
export const parsePriority = (header: string | string[] | undefined): number | undefined =>
  typeof header === 'string' && /^\d$/.test(header) ? Number(header) : undefined;

/** What the caller says, else what the route is worth. An edge believes nobody outside: anyone could call itself important. */
export function priorityOf(
  header: string | string[] | undefined,
  route: { readonly priority?: number | undefined },
  edge: boolean,
): number {
  return (edge ? undefined : parsePriority(header)) ?? route.priority ?? defaultPriority;
}
