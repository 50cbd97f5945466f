import { type Effect, type FaultSpec, nameLabel, pathPattern } from '@pado/fault';
import { request } from 'undici';

/** A service's own counter of the requests that an effect should have met. */
export interface OwnCounter {
  readonly service: string;
  /** Index in `spec.effects`. */
  readonly effect: number;
  /** What is counted, such as `POST /charges`. */
  readonly what: string;
  /** The count now; null when the service cannot be asked. */
  readonly read: () => Promise<number | null>;
}

/**
 * The counters that can vouch for a fault: those of services that are its target by name, for inbound latency. (A
 * request that is answered or broken by the injector never reaches the service, and so not its counter either.)
 */
export function ownCounters(
  { target, effects }: FaultSpec,
  urls: Readonly<Record<string, string>>,
): readonly OwnCounter[] {
  const service = target.selector.matchLabels[nameLabel];
  const url = service === undefined ? undefined : urls[service];
  if (service === undefined || url === undefined) return [];
  return effects.flatMap((effect, index) => {
    if (effect.kind !== 'latency' || effect.direction !== 'inbound') return [];
    const what = `${effect.match?.method?.join('|') ?? '*'} ${effect.match?.path ?? '*'}`;
    return [{ service, effect: index, what, read: () => readCount(url, effect.match ?? {}) }];
  });
}

type Match = NonNullable<Extract<Effect, { kind: 'latency' }>['match']>;

const inFlight = /^http_server_in_flight(?:\{.*\})? (\S+)$/m;
const answered = /^http_server_request_duration_seconds_count\{(.*)\} (\S+)$/gm;
const label = /(\w+)="((?:[^"\\]|\\.)*)"/g;

async function readCount(url: string, match: Match): Promise<number | null> {
  try {
    const { body } = await request(`${url}/metrics`, { signal: AbortSignal.timeout(2_000) });
    return countRequests(await body.text(), match);
  } catch {
    return null; // the process is gone, which the run learns elsewhere
  }
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
