import { isIP } from 'node:net';
import { constants } from 'node:os';
import type { AbortEffect } from '@pado/fault';

type Code = NonNullable<AbortEffect['code']>;

const syscalls: Readonly<Record<Code, 'connect' | 'read' | 'write'>> = {
  ECONNREFUSED: 'connect',
  EHOSTUNREACH: 'connect',
  ETIMEDOUT: 'connect',
  ECONNRESET: 'read',
  EPIPE: 'write',
};

export interface Peer {
  readonly host: string;
  readonly port: number | undefined;
}

/** Whether the error belongs to connecting, and so comes before the request is sent. */
export const isConnectError = (code: Code): boolean => syscalls[code] === 'connect';

/** The error that libuv and node:net give: `connect ECONNREFUSED 127.0.0.1:80` with code, errno, syscall, address, port. */
export function platformError(code: Code, peer: Peer): NodeJS.ErrnoException {
  const syscall = syscalls[code];
  const errno = -constants.errno[code];
  if (syscall !== 'connect') return Object.assign(new Error(`${syscall} ${code}`), { errno, code, syscall });
  const address = isIP(peer.host) === 0 && peer.host === 'localhost' ? '127.0.0.1' : peer.host;
  const { port } = peer;
  return Object.assign(new Error(`connect ${code} ${address}:${port}`), { errno, code, syscall, address, port });
}

/** What breaks an open connection. It cannot be refused any more: when its peer goes away, it is reset. */
export function openError(given: Code): NodeJS.ErrnoException {
  const code = given === 'ECONNREFUSED' || given === 'EHOSTUNREACH' ? 'ECONNRESET' : given;
  const syscall = code === 'EPIPE' ? 'write' : 'read';
  return Object.assign(new Error(`${syscall} ${code}`), { errno: -constants.errno[code], code, syscall });
}
