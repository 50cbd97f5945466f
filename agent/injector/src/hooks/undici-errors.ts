import type { Peer } from './platform-error.ts';

type ErrorClass = new (message: string, socket?: object) => Error;

/** The error classes of one copy of undici, as far as they are given here. */
export interface Errors {
  readonly SocketError?: ErrorClass;
  readonly HeadersTimeoutError?: ErrorClass;
}

/** Nobody can reach the classes of the built-in undici: an error of the same look, with the same codes. */
function lookAlike(name: string, code: string, message: string): Error {
  const error = new Error(message);
  return Object.assign(error, { name, code });
}

/** What undici gives when the server has closed the connection in the middle of an answer. */
export function socketClosed(errors: Errors | undefined, peer: Peer, bytesRead: number): Error {
  const message = 'other side closed';
  const remoteFamily = peer.host.includes(':') ? 'IPv6' : 'IPv4';
  const socket = { remoteAddress: peer.host, remotePort: peer.port, remoteFamily, bytesRead };
  return errors?.SocketError
    ? new errors.SocketError(message, socket)
    : Object.assign(lookAlike('SocketError', 'UND_ERR_SOCKET', message), { socket });
}

/** What undici gives when the headers of an answer have not come within `headersTimeout`. */
export function headersTimedOut(errors: Errors | undefined): Error {
  const message = 'Headers Timeout Error';
  return errors?.HeadersTimeoutError
    ? new errors.HeadersTimeoutError(message)
    : lookAlike('HeadersTimeoutError', 'UND_ERR_HEADERS_TIMEOUT', message);
}
