import { PeerError } from './peer-error.ts';

/** Runs `work` with a signal that aborts as `gone` does, with the reason that nobody waits any longer for the peer's answer. */
export async function cancelledBy<T>(
  gone: AbortSignal | undefined,
  peer: string,
  work: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  if (gone === undefined) return work(undefined);
  if (gone.aborted) throw new PeerError(peer, 'cancelled', { cause: gone.reason, sent: false });
  const controller = new AbortController();
  const onGone = () => controller.abort(new PeerError(peer, 'cancelled', { cause: gone.reason }));
  gone.addEventListener('abort', onGone, { once: true });
  try {
    return await work(controller.signal);
  } finally {
    gone.removeEventListener('abort', onGone);
  }
}
