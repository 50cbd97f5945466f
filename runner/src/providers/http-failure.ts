interface Failure {
  readonly reason: string;
  /** The request could not be sent, so that sending it again does nothing twice. */
  readonly unsent: boolean;
}

/** Why no answer came, in plain words. */
export function failureOf(error: unknown, connectMs: number, readMs: number): Failure {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const unsent = (reason: string) => ({ reason, unsent: true });
  const sent = (reason: string) => ({ reason, unsent: false });
  switch (code) {
    case 'ECONNREFUSED':
      return unsent('the connection was refused');
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return unsent(`the host's name is not known (${code})`);
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return unsent(`the host cannot be reached (${code})`);
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
      return unsent(`timed out: no connection within ${connectMs / 1_000} s`);
    case 'UND_ERR_HEADERS_TIMEOUT':
      return sent(`timed out: no answer within ${readMs / 1_000} s`);
    case 'UND_ERR_BODY_TIMEOUT':
      return sent(`timed out: the answer paused for more than ${readMs / 1_000} s`);
    case 'ERR_INVALID_URL':
      return sent('it redirects to an address that is none');
    case 'ECONNRESET':
    case 'EPIPE':
    case 'UND_ERR_SOCKET':
      return sent('the connection was closed before the answer was complete');
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS/.test(code))
    return sent(`TLS: ${message.split(';', 1)[0]} (${code}); verify_tls: false accepts any certificate`);
  if (/^(EPROTO|ERR_SSL)/.test(code)) return sent(`TLS: the server does not speak it (${code})`);
  return sent(message === '' ? code : message);
}
