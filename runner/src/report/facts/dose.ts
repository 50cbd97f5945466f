import { type Dose, type EffectEvidence, formatDuration } from '@pado/fault';

/** How far above the request a delay may be delivered and still count as exact, in milliseconds. */
export const exactWithinMs = 1.5;

/** A dose in its unit. */
export function amount(value: number, unit: Dose['unit']): string {
  if (unit === 'ms') return formatDelay(value);
  return unit === 'percent'
    ? `${Number(value.toFixed(1))}%`
    : `${Math.round(value / 2 ** 20).toLocaleString('en-US')} MiB`;
}

/** Finer than `formatDuration` above a second, because the question is by how little a delay missed. */
const formatDelay = (ms: number): string =>
  ms >= 1_000 && ms < 60_000
    ? `${Number((ms / 1_000).toFixed(4))} s`
    : formatDuration(ms).replace(/(\d)([a-z])/g, '$1 $2');

export interface DoseSummary {
  readonly requestedMean: number;
  readonly deliveredMean: number;
  /** Delivered − requested, on average. */
  readonly error: number;
  /** Share of samples within {@link exactWithinMs}; undefined for other units, and where the bound was not counted. */
  readonly exactShare: number | undefined;
}

/** undefined when nothing was delivered. */
export function summary({ dose }: EffectEvidence): DoseSummary | undefined {
  if (dose === undefined || dose.samples === 0) return undefined;
  const requestedMean = dose.requestedSum / dose.samples;
  const deliveredMean = dose.deliveredSum / dose.samples;
  const exact = dose.unit === 'ms' ? dose.errorBuckets.find(([bound]) => bound === exactWithinMs) : undefined;
  return {
    requestedMean,
    deliveredMean,
    error: deliveredMean - requestedMean,
    exactShare: exact === undefined ? undefined : exact[1] / dose.samples,
  };
}
