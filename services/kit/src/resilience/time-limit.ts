import { PeerError } from '../http/peer-error.ts';

/**
 * Runs `work` with a signal that aborts after `ms`, and fails with `reason` then: whoever waited stops waiting and the
 * attempt is really cancelled. The outer signal's abort passes through. Used for attempts (timeout) and whole calls (deadline).
 */
export async function withTimeLimit<T>(
  limit: { peer: string; ms: number | undefined; reason: 'timeout' | 'deadline' },
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { peer, ms, reason } = limit;
  if (ms !== undefined && ms <= 0) throw new PeerError(peer, reason, { sent: false });
  const controller = new AbortController();
  const onOuter = () => controller.abort(outer?.reason);
  if (outer?.aborted) onOuter();
  outer?.addEventListener('abort', onOuter, { once: true });
  const timer =
    ms === undefined ? undefined : setTimeout(() => controller.abort(new PeerError(peer, reason)), Math.ceil(ms));
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', onOuter);
  }
}
