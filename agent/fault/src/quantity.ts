const whole = /^(\d+(?:\.\d+)?)(Ki|Mi|Gi|Ti|k|M|G|T)?$/;
const share = /^(\d+(?:\.\d+)?)%$/;
const factor = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, k: 1e3, M: 1e6, G: 1e9, T: 1e12 } as const;

/** The pattern of every size in a file: a Kubernetes quantity in bytes (`64Mi`, `1G`) or a share (`50%`). */
export const sizePattern = '^\\d+(\\.\\d+)?(Ki|Mi|Gi|Ti|k|M|G|T|%)?$';

/** A size as written: so many bytes, or a share of a limit in percent. */
export type Size = { readonly bytes: number } | { readonly percent: number };

/** Reads `64Mi` or `50%`; undefined when it is neither. */
export function parseSize(text: string): Size | undefined {
  const asShare = share.exec(text);
  if (asShare) return { percent: Number(asShare[1]) };
  const asQuantity = whole.exec(text);
  if (!asQuantity) return undefined;
  const unit = asQuantity[2] as keyof typeof factor | undefined;
  return { bytes: Math.round(Number(asQuantity[1]) * (unit === undefined ? 1 : factor[unit])) };
}
