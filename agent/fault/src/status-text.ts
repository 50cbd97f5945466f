import type { Dose } from './protocol.ts';
import type { Effect, Target } from './schema.ts';

/** An effect as a column of `kubectl get` has room for: `latency 2s`, `error 503`. */
export function effectText(effect: Effect): string {
  switch (effect.kind) {
    case 'latency':
      return `latency ${effect.delay}`;
    case 'error':
      return `error ${effect.code ?? effect.status}`;
    case 'abort':
      return effect.code === undefined ? 'abort' : `abort ${effect.code}`;
    case 'throttle':
      return `throttle ${effect.bytesPerSecond}B/s`;
    case 'event-loop':
      return `event-loop ${effect.load === undefined ? effect.stall : `${effect.load}%`}`;
    case 'cpu':
      return `cpu ${effect.load}%`;
    case 'memory':
      return `memory ${effect.size ?? `${effect.leak}/s`}`;
    default:
      return effect.kind;
  }
}

/** `app.kubernetes.io/name=payments`. */
export const targetText = ({ selector }: Target): string =>
  Object.entries(selector.matchLabels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');

/** A mean dose: `2s`, `2.0006s`, `80.1%`, `128Mi`. */
export function doseText({ unit, samples }: Pick<Dose, 'unit' | 'samples'>, sum: number): string {
  const mean = sum / samples;
  if (unit === 'percent') return `${Number(mean.toFixed(1))}%`;
  if (unit === 'bytes') return `${Number((mean / 2 ** 20).toFixed(1))}Mi`;
  return mean < 1_000 ? `${Number(mean.toFixed(1))}ms` : `${Number((mean / 1_000).toFixed(4))}s`;
}
