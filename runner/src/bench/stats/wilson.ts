import type { Interval } from '../contracts.ts';
import { normalQuantile } from './normal.ts';

/** Wilson's interval of a share that was seen k times in n; unlike the textbook's it stays within 0 and 1 and holds for small n. */
export function wilson(k: number, n: number, confidence = 0.95): Interval {
  if (n === 0) return { low: 0, high: 1 };
  const z = normalQuantile(0.5 + confidence / 2);
  const share = k / n;
  const scale = 1 + (z * z) / n;
  const centre = (share + (z * z) / (2 * n)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  // At k = 0 and k = n the bound is 0 or 1 exactly; rounding would miss it by a hair.
  return { low: k === 0 ? 0 : centre - half, high: k === n ? 1 : centre + half };
}
