import type { RequestOptions } from 'node:http';
import type { LookupFunction, Socket } from 'node:net';

/** Where the agent is, and the files by which the two know each other. */
export interface Source {
  /** Its origin, http or https. */
  readonly url: string;
  readonly tokenFile: string | undefined;
  /** PEM: the only certificates that an https agent is trusted by. */
  readonly caFile: string | undefined;
}

type Query = (
  this: unknown,
  name: string,
  done: (error: NodeJS.ErrnoException | null, addresses?: readonly string[]) => void,
) => unknown;

/**
 * Says how the agent is reached: for each attempt the options of a request on a fresh connection, with what the files
 * hold by then; undefined while there is no certificate to trust it by. The name is resolved by c-ares, without
 * libuv's thread pool, which a fault may occupy; nothing is cached, so that each attempt finds the agent of now.
 *
 * Sent to threads as source text, too (see thread.ts): it refers to nothing outside of itself, nor to what
 * primordials.mjs stands for. Called when the process starts: what it takes is as the platform made it.
 */
export function reach(load: NodeJS.Require, { url, tokenFile, caFile }: Source): () => RequestOptions | undefined {
  const { readFileSync } = load('node:fs') as typeof import('node:fs');
  const { Agent } = load('node:http') as typeof import('node:http');
  const { isIP } = load('node:net') as typeof import('node:net');
  const { Resolver } = load('node:dns') as typeof import('node:dns');
  const { resolve4, resolve6 } = Resolver.prototype as unknown as Record<'resolve4' | 'resolve6', Query>;
  const { env, nextTick, uptime } = process;
  const { protocol, hostname, port } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const isSecure = protocol === 'https:';

  const read = (file: string | undefined): string => {
    try {
      return file === undefined ? '' : readFileSync(file, 'utf8').trim();
    } catch {
      return '';
    }
  };

  /** c-ares' queries know no hosts file. */
  const known = (): string[] =>
    `${read('/etc/hosts')}\n127.0.0.1 localhost`.split('\n').flatMap((line) => {
      const [address, ...names] = line.split('#', 1)[0]!.trim().split(/\s+/);
      return names.includes(host) ? [address!] : [];
    });

  /**
   * And no search domains. The one that goes on where the name ends comes first: svc.cluster.local for
   * pado-agent.pado.svc, which makes it pado-agent.pado.svc.cluster.local. Then the order of resolv.conf.
   */
  const candidates = (): Set<string> => {
    const conf = read('/etc/resolv.conf');
    const domains = (/^search\s(.*)/m.exec(conf)?.[1] ?? '').split(/\s+/).filter(Boolean);
    const labels = host.split('.');
    const last = `${labels.at(-1)}.`;
    const next = domains
      .filter((domain) => domain.startsWith(last))
      .map((domain) => host + domain.slice(last.length - 1));
    const found = domains.map((domain) => `${host}.${domain}`);
    const isWhole = labels.length > Number(/ndots:(\d+)/.exec(conf)?.[1] ?? 1);
    return new Set(host.endsWith('.') ? [host] : isWhole ? [...next, host, ...found] : [...next, ...found, host]);
  };

  const lookup: LookupFunction = (_hostname, { all }, done) => {
    const give = (error: Error | null, addresses: readonly string[] = []): void => {
      const found = addresses.map((address) => ({ address, family: isIP(address) }));
      if (all) done(error as never, found);
      else done(error as never, found[0]?.address ?? '', found[0]?.family);
    };
    const local = known();
    if (local.length > 0) {
      nextTick(give, null, local);
      return;
    }
    // A query keeps the program alive: an attempt's second is the longest that all of them may.
    const until = uptime() + 1;
    const queries = [...candidates()].flatMap((name) => [resolve4, resolve6].map((query) => ({ name, query })));
    const resolver = new Resolver({ timeout: 500, tries: 1 });
    const ask = (error: NodeJS.ErrnoException): void => {
      const first = queries.shift();
      if (!first || error.code === 'ETIMEOUT' || uptime() > until) {
        give(error);
        return;
      }
      try {
        first.query.call(resolver, first.name, (failure, addresses) => {
          // No such name at all, of neither family.
          if (failure?.code === 'ENOTFOUND' && first.query === resolve4) queries.shift();
          if (addresses?.length) give(null, addresses);
          else ask(failure ?? error);
        });
      } catch (failure) {
        // No valid name.
        nextTick(give, failure as Error);
      }
    };
    ask(new Error(`no address of ${host}`));
  };

  /** Trusts that CA alone, whatever flags and environment say; of those, node:tls would even warn in the host's name. */
  const securely = (ca: string): ((options: object) => Socket) => {
    const { connect, createSecureContext } = load('node:tls') as typeof import('node:tls');
    const secureContext = createSecureContext({ ca, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3' });
    return (options) => {
      const { NODE_TLS_REJECT_UNAUTHORIZED: insecure } = env;
      delete env.NODE_TLS_REJECT_UNAUTHORIZED;
      try {
        const servername = isIP(host) ? '' : host;
        return connect({ ...options, host, servername, secureContext, rejectUnauthorized: true });
      } finally {
        if (insecure !== undefined) env.NODE_TLS_REJECT_UNAUTHORIZED = insecure;
      }
    };
  };

  return () => {
    const agent = new Agent({ keepAlive: false });
    if (isSecure) {
      const ca = read(caFile);
      // Without any, node:tls would trust the whole world's.
      if (!ca.includes('-----BEGIN ')) return undefined;
      (agent as unknown as { createConnection: unknown }).createConnection = securely(ca);
    }
    const token = read(tokenFile);
    const headers = token === '' ? {} : { authorization: `Bearer ${token}` };
    return { agent, host, port: port || (isSecure ? 443 : 80), lookup, headers };
  };
}
