import { isIP, type Socket } from 'node:net';
import { farSide, plainHost, type RequestFacts } from '../request/facts.ts';
import { isExemptSocket } from './exempt.ts';

interface ConnectOptions {
  readonly host?: string | undefined;
  readonly port: number;
}

/** Names that sockets were connected by; an address alone does not tell them. */
const names = new WeakMap<Socket, string>();

/** What `connect` is called with, in all its forms; undefined for pipes and for what is not valid. */
export function connectOptions(args: readonly unknown[]): (ConnectOptions & { readonly given: unknown }) | undefined {
  // net.connect hands on a list that is normalised already.
  const list = Array.isArray(args[0]) ? (args[0] as readonly unknown[]) : args;
  const [first, second] = list;
  const given = typeof first === 'object' && first !== null ? first : { port: first, host: second };
  const { port, host, path } = given as { port?: unknown; host?: unknown; path?: unknown };
  if (typeof path === 'string' || (typeof port !== 'number' && typeof port !== 'string')) return undefined;
  const number = Number(port);
  if (!Number.isInteger(number)) return undefined;
  return { port: number, host: typeof host === 'string' && host !== '' ? host : 'localhost', given };
}

export function remember(socket: Socket, host: string): void {
  if (isIP(host) === 0) names.set(socket, plainHost(host));
}

export const connectFacts = ({ host = 'localhost', port }: ConnectOptions): RequestFacts =>
  farSide({ host: plainHost(host), port });

const isAccepted = (socket: Socket): boolean => {
  const { _server, _tlsOptions } = socket as unknown as { _server?: unknown; _tlsOptions?: { isServer?: boolean } };
  return (_server !== undefined && _server !== null) || _tlsOptions?.isServer === true;
};

const textOf = (socket: Socket, key: string): string | undefined => {
  const value: unknown = Reflect.get(socket, key);
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** An open outbound TCP connection of the host's own; undefined for any other. */
export function socketFacts(socket: Socket): RequestFacts | undefined {
  const { remoteAddress, remotePort } = socket;
  if (remotePort === undefined || remoteAddress === undefined || isAccepted(socket) || isExemptSocket(socket))
    return undefined;
  const address = plainHost(remoteAddress);
  const name = names.get(socket) ?? textOf(socket, '_host') ?? textOf(socket, 'servername');
  return farSide({ host: name === undefined ? address : plainHost(name), port: remotePort }, address);
}
