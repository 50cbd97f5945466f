import { type Effect, type FaultSpec, nameLabel, pathPattern } from '@pado/fault';
import { request } from 'undici';
import { instanceLabel, processName } from '../../stack/settings.ts';

/** A service's own counter of the requests that an effect should have met. */
export interface OwnCounter {
  readonly service: string;
  /** Index in `spec.effects`. */
  readonly effect: number;
  /** What is counted, such as `POST /charges`. */
  readonly what: string;
  /** The count now, of all its processes; null when one cannot be asked, or has been started again since the first. */
  readonly read: () => Promise<number | null>;
}

/**
 * The counters that can vouch for a fault: those of services that are its target by name, for inbound latency. (A
 * request that is answered or broken by the injector never reaches the service, and so not its counter either.)
 */
export function ownCounters(
  { target, effects }: FaultSpec,
  instances: Readonly<Record<string, readonly string[]>>,
): readonly OwnCounter[] {
  const service = target.selector.matchLabels[nameLabel];
  const all = service === undefined ? [] : (instances[service] ?? []);
  // One replica: catalog is the first one's name, catalog-2 the second's.
  const named = target.selector.matchLabels[instanceLabel];
  const urls = all.filter((_, index) => named === undefined || named === processName(service ?? '', index));
  const isEach = all.length <= 1 || target.mode === undefined || target.mode === 'all';
  // Who is chosen of several is the agent's affair, and the others' counts would say nothing.
  if (service === undefined || urls.length === 0 || !isEach) return [];
  return effects.flatMap((effect, index) => {
    if (effect.kind !== 'latency' || effect.direction !== 'inbound') return [];
    const what = `${effect.match?.method?.join('|') ?? '*'} ${effect.match?.path ?? '*'}`;
    return [{ service, effect: index, what, read: counter(urls, effect.match ?? {}) }];
  });
}

type Match = NonNullable<Extract<Effect, { kind: 'latency' }>['match']>;

const bornPattern = /^process_start_time_seconds(?:\{.*\})? (\S+)$/m;
const inFlight = /^http_server_in_flight(?:\{.*\})? (\S+)$/m;
const answered = /^http_server_request_duration_seconds_count\{(.*)\} (\S+)$/gm;
const label = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** A counter that begins anew with its process cannot be subtracted from the old one's. */
function counter(urls: readonly string[], match: Match): () => Promise<number | null> {
  const bornAt = new Map<string, string | undefined>();
  const readOne = async (url: string): Promise<number> => {
    const { body } = await request(`${url}/metrics`, { signal: AbortSignal.timeout(2_000) });
    const exposition = await body.text();
    const born = bornPattern.exec(exposition)?.[1];
    if (!bornAt.has(url)) bornAt.set(url, born);
    return bornAt.get(url) === born ? countRequests(exposition, match) : Number.NaN;
  };
  return async () => {
    const counts = await Promise.all(urls.map(readOne)).catch(() => [Number.NaN]); // gone, which the run learns elsewhere
    const sum = counts.reduce((total, count) => total + count, 0);
    return Number.isNaN(sum) ? null : sum;
  };
}

/**
 * The requests of a text exposition that fit method and path (compared with the route's pattern): those answered, and
 * all that are in flight, whose route no gauge tells. Without the latter a fault's last requests, which its end sets
 * free, would be missed by as many as are being answered just then.
 */
export function countRequests(exposition: string, { method, path }: Match): number {
  const pattern = path === undefined ? /^/ : pathPattern(path);
  let sum = Number(inFlight.exec(exposition)?.[1] ?? 0);
  for (const [, labels = '', value] of exposition.matchAll(answered)) {
    const named = Object.fromEntries([...labels.matchAll(label)].map(([, key, text]) => [key, text]));
    if (method !== undefined && !method.includes(named.method ?? '')) continue;
    if (pattern.test(named.route ?? '')) sum += Number(value);
  }
  return sum;
}
