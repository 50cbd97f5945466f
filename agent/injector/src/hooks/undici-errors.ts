import type { Peer } from './platform-error.ts';

type ErrorClass = new (message: string, socket?: object) => Error;

/** The error classes of one copy of undici, as far as they are given here. */
export interface Errors {
  readonly SocketError?: ErrorClass;
  readonly HeadersTimeoutError?: ErrorClass;
  readonly RequestAbortedError?: ErrorClass;
}

/** A class of that name, whatever a minifier makes of ours. */
function errorClass(
  className: string,
  code: string,
  base: new (message: string) => Error,
  name = className,
): ErrorClass {
  const classes = {
    [className]: class extends base {
      readonly code = code;
      override name = name;
      constructor(message: string, socket?: object) {
        super(message);
        if (socket) Object.assign(this, { socket });
      }
    },
  };
  return classes[className]!;
}

/** Nobody can reach the classes of the built-in undici: these look the same, with the same codes. */
const UndiciError = errorClass('UndiciError', 'UND_ERR', Error);
const builtIn = {
  SocketError: errorClass('SocketError', 'UND_ERR_SOCKET', UndiciError),
  HeadersTimeoutError: errorClass('HeadersTimeoutError', 'UND_ERR_HEADERS_TIMEOUT', UndiciError),
  RequestAbortedError: errorClass('RequestAbortedError', 'UND_ERR_ABORTED', UndiciError, 'AbortError'),
} as const;

/** What undici gives when the server has closed the connection in the middle of an answer. */
export function socketClosed(errors: Errors | undefined, peer: Peer, bytesRead: number): Error {
  const remoteFamily = peer.host.includes(':') ? 'IPv6' : 'IPv4';
  const socket = { remoteAddress: peer.host, remotePort: peer.port, remoteFamily, bytesRead };
  return new (errors?.SocketError ?? builtIn.SocketError)('other side closed', socket);
}

/** What undici gives when the headers of an answer have not come within `headersTimeout`. */
export function headersTimedOut(errors: Errors | undefined): Error {
  return new (errors?.HeadersTimeoutError ?? builtIn.HeadersTimeoutError)('Headers Timeout Error');
}

/** What undici gives when a request is aborted without a reason, as version 5 does. */
export function requestAborted(errors: Errors | undefined): Error {
  return new (errors?.RequestAbortedError ?? builtIn.RequestAbortedError)('Request aborted');
}
