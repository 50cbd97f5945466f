import { durationMs, type LatencyEffect, type Random } from '@pado/fault';

const positive = (random: Random): number => 1 - random(); // in (0, 1], so that its logarithm is finite

const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(positive(random))) * Math.cos(2 * Math.PI * random());

/** Draws delays in milliseconds; none is below 0. */
export function delays(effect: LatencyEffect, random: Random): () => number {
  const delay = durationMs(effect.delay);
  const jitter = durationMs(effect.jitter ?? '0ms');
  const shape = effect.shape ?? 3;
  switch (effect.distribution ?? 'fixed') {
    case 'fixed':
      return () => delay;
    case 'uniform':
      return () => Math.max(0, delay + jitter * (2 * random() - 1));
    case 'normal':
      return () => Math.max(0, delay + jitter * normal(random));
    case 'exponential':
      return () => delay - jitter * Math.log(positive(random));
    case 'pareto':
      return () => delay + jitter * positive(random) ** (-1 / shape);
  }
}
