/** What the rules may ask about a request; the hooks answer, each for its own library. */
export interface RequestFacts {
  readonly method: string;
  /** With the query, as in the request line. */
  readonly path: string;
  /** Without port and brackets, lower case. */
  readonly host: string;
  /** The address behind the host, where the hook knows both. */
  readonly address?: string | undefined;
  readonly port: number | undefined;
  /** A header by its lower-case name. */
  header(name: string): string | undefined;
}

/** What is known of a connection or a look-up: only its far side. */
export const farSide = ({ host, port }: Pick<RequestFacts, 'host' | 'port'>, address?: string): RequestFacts => ({
  method: '',
  path: '',
  host,
  port,
  address,
  header: () => undefined,
});

/** W3C baggage: key=value;properties, comma separated, values percent-encoded. */
export function baggageOf(request: RequestFacts): Map<string, string> {
  const entries = new Map<string, string>();
  for (const member of (request.header('baggage') ?? '').split(',')) {
    const at = member.indexOf('=');
    if (at < 1) continue;
    const value = member
      .slice(at + 1)
      .split(';', 1)[0]!
      .trim();
    entries.set(member.slice(0, at).trim(), decoded(value));
  }
  return entries;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** A host as the rules compare it: `[::1]` is `::1`, `::ffff:127.0.0.1` is `127.0.0.1`. */
export const plainHost = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/^::ffff:(\d+\.\d+\.\d+\.\d+)$/, '$1');

/** The host of a Host header, without its port. */
export const hostOfHeader = (header: string): string => plainHost(header.replace(/:\d+$/, ''));
