import type { Effect, FaultSpec, FaultStatus, RequestEffect } from '@pado/fault';

/** An effect in a few words: `latency 2s inbound`. */
export function effectInWords(effect: Effect): string {
  switch (effect.kind) {
    case 'latency':
      return words('latency', effect.delay, effect.jitter && `± ${effect.jitter}`, where(effect), percentage(effect));
    case 'error':
      return words('error', effect.code ?? String(effect.status), where(effect), percentage(effect));
    case 'abort':
      return words('abort', effect.code, where(effect), percentage(effect));
    case 'hang':
      return words('hang', where(effect), percentage(effect));
    case 'throttle':
      return words('throttle', `${effect.bytesPerSecond} B/s`, where(effect), percentage(effect));
    case 'truncate':
      return words('truncate', `after ${effect.afterBytes} B`, where(effect), percentage(effect));
    case 'event-loop':
      return words(
        'event loop',
        effect.load === undefined ? `${effect.stall} every ${effect.every}` : `${effect.load}%`,
      );
    case 'cpu':
      return words('cpu', `${effect.load}%`);
    case 'memory':
      return words('memory', effect.size, effect.leak && `leaking ${effect.leak}/s`, effect.where);
    case 'gc':
      return words('garbage', `${effect.rate}/s`);
    case 'threadpool':
      return words('threadpool', effect.occupied === undefined ? 'all threads' : `${effect.occupied} threads`);
    case 'sockets':
      return words('sockets', String(effect.held));
    case 'exit':
      return words('exit', String(effect.code ?? 1));
    case 'kill':
    case 'throw':
    case 'reject':
    case 'unready':
    case 'unhealthy':
      return effect.kind;
    default:
      // A journal may come from a newer version.
      return String((effect as { readonly kind?: unknown }).kind);
  }
}

const where = ({ layer = 'http', direction }: RequestEffect): string | undefined =>
  layer === 'http' ? direction : layer;

/** Whom a fault hits: the names of its targets, else what it selects. */
export function targetInWords({ targets, spec }: FaultStatus): string {
  const names = new Set(targets.map(({ name }) => name));
  return [...names].join(', ') || selected(spec);
}

const selected = ({ target }: FaultSpec): string => Object.values(target.selector.matchLabels).join(', ');

const percentage = ({ percentage: share }: { readonly percentage?: number | undefined }): string | undefined =>
  share === undefined || share === 100 ? undefined : `for ${share}% of requests`;

const words = (...parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== '').join(' ');
