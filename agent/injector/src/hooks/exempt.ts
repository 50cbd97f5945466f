import type { Socket } from 'node:net';

/** Agents of the injector's own connections: no fault ever touches them. */
export const exemptAgents = new WeakSet<object>();

/** A connection that is being made, by the options it is made with; node:http hands its agent on in them. */
export const isExemptConnect = (options: unknown): boolean => {
  const agent: unknown = Reflect.get(Object(options), 'agent');
  return typeof agent === 'object' && agent !== null && exemptAgents.has(agent);
};

/** An open connection, by the request that it carries. */
export const isExemptSocket = (socket: Socket): boolean =>
  isExemptConnect(Reflect.get(socket, '_httpMessage') as unknown);
