import type { Effect, FaultSpec, FaultStatus } from '@pado/fault';

/** An effect in a few words: `latency 2s inbound`. */
export function effectInWords(effect: Effect): string {
  switch (effect.kind) {
    case 'latency':
      return words(
        'latency',
        effect.delay,
        effect.jitter && `± ${effect.jitter}`,
        effect.direction,
        percentage(effect),
      );
    case 'error':
      return words('error', String(effect.status), effect.direction, percentage(effect));
    case 'abort':
      return words('abort', effect.code, effect.direction, percentage(effect));
    case 'event-loop':
      return words(
        'event loop',
        effect.load === undefined ? `${effect.stall} every ${effect.every}` : `${effect.load}%`,
      );
    case 'cpu':
      return words('cpu', `${effect.load}%`);
    case 'memory':
      return words('memory', String(effect.size), effect.where);
  }
}

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
