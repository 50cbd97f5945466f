import { type Address, bypassHeader, type Match, pathPattern, sparedPaths } from '@pado/fault';
import { baggageOf, plainHost, type RequestFacts } from './facts.ts';

export type Matcher = (request: RequestFacts) => boolean;
export type Services = () => Readonly<Record<string, readonly Address[]>>;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** A text in which * stands for anything. */
export const glob = (pattern: string): RegExp => new RegExp(`^${pattern.split('*').map(escaped).join('.*')}$`, 's');

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host.startsWith('127.') || host.endsWith('.localhost');

/** By its name, or by the address behind it. */
const isHost = (request: RequestFacts, fits: (host: string) => boolean): boolean =>
  fits(request.host) || (request.address !== undefined && fits(request.address));

const isAt = (request: RequestFacts, { host, port }: Address): boolean =>
  port === request.port && isHost(request, host === '*' ? isLoopback : (one) => one === plainHost(host));

const pathOf = (request: RequestFacts): string => request.path.split(/[?#]/, 1)[0]!;

/** Probes, metrics and marked requests are spared, unless the match names them. */
function isSpared(request: RequestFacts, match: Match): boolean {
  const path = pathOf(request);
  if (sparedPaths.some((spared) => spared === path) && match.path !== path) return true;
  if (request.header(bypassHeader) === undefined) return false;
  return !Object.keys(match.headers ?? {}).some((name) => name.toLowerCase() === bypassHeader);
}

/** Every field that the match gives must fit; `services` is asked each time, for addresses change. */
export function matcher(match: Match, services: Services): Matcher {
  const tests: Matcher[] = [];
  const { service, host, port, method, path, headers, baggage } = match;
  if (service !== undefined)
    tests.push((request) => (services()[service] ?? []).some((address) => isAt(request, address)));
  if (port !== undefined) tests.push((request) => request.port === port);
  if (host !== undefined) {
    const pattern = glob(plainHost(host));
    tests.push((request) => isHost(request, (one) => pattern.test(one)));
  }
  if (method !== undefined) tests.push((request) => method.includes(request.method));
  if (path !== undefined) {
    const pattern = pathPattern(path);
    tests.push((request) => pattern.test(pathOf(request)));
  }
  for (const [name, value] of Object.entries(headers ?? {})) {
    const pattern = glob(value);
    const key = name.toLowerCase();
    tests.push((request) => pattern.test(request.header(key) ?? '') && request.header(key) !== undefined);
  }
  for (const [key, value] of Object.entries(baggage ?? {})) {
    const pattern = glob(value);
    tests.push((request) => {
      const entry = baggageOf(request).get(key);
      return entry !== undefined && pattern.test(entry);
    });
  }
  return (request) => tests.every((fits) => fits(request)) && !isSpared(request, match);
}
