/** How well an edge does, told by a sign as well as by a colour. */
export type Band = 'none' | 'ok' | 'slow' | 'failing';

export const bandSigns: Readonly<Record<Band, string>> = { none: ' ', ok: '·', slow: '▲', failing: '✗' };

/** What a shopper begins to notice, and what a shopper does not wait for; seconds. */
const p99Limits = { slow: 0.5, failing: 2 };
/** The error budgets of 99% and 95%. */
const errorLimits = { slow: 0.01, failing: 0.05 };

export const bandOfP99 = (seconds: number | null | undefined): Band => band(seconds, p99Limits);
export const bandOfErrors = (ratio: number | null | undefined): Band => band(ratio, errorLimits);

function band(value: number | null | undefined, limits: { slow: number; failing: number }): Band {
  if (value === null || value === undefined) return 'none';
  if (value >= limits.failing) return 'failing';
  return value >= limits.slow ? 'slow' : 'ok';
}
