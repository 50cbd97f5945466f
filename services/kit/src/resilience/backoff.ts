export interface Backoff {
  /** Fixed pause in milliseconds; by default 0: at once, which is what makes it naive. */
  readonly backoffMs?: number | undefined;
  /** Exponential backoff with full jitter, instead of a fixed pause; milliseconds. */
  readonly jitter?: { readonly baseMs: number; readonly capMs: number } | undefined;
}

/**
 * Milliseconds to wait before retry `number` (from 1). Full jitter, random × min(base × 2^i, cap), spreads retries over the
 * whole time, where a half-fixed one keeps clients in step (Brooker, "Exponential Backoff and Jitter", 2015).
 * cockatiel has the same generator, but draws from Math.random and could not be seeded.
 */
export function pauseMs({ backoffMs = 0, jitter }: Backoff, number: number, random: () => number): number {
  if (jitter === undefined) return backoffMs;
  return random() * Math.min(jitter.baseMs * 2 ** (number - 1), jitter.capMs);
}
