import { quantile } from '../../injector/harness/stats.ts';

/** Milliseconds from one moment to many. */
export interface Spread {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export const spread = (values: readonly number[]): Spread => ({
  count: values.length,
  p50: quantile(values, 0.5),
  p99: quantile(values, 0.99),
  max: quantile(values, 1),
});
