/** A signal as undici takes it: an AbortSignal or an emitter of `abort`. */
interface Target {
  readonly aborted?: boolean;
  addEventListener?(type: 'abort', listener: () => void, options: { once: true }): void;
  removeEventListener?(type: 'abort', listener: () => void): void;
  once?(type: 'abort', listener: () => void): void;
  off?(type: 'abort', listener: () => void): void;
}

/** Calls back once when the signal fires; returns the undo. */
export function onAbort(signal: unknown, listener: () => void): () => void {
  if (typeof signal !== 'object' || signal === null) return () => {};
  const target = signal as Target;
  if (target.addEventListener) {
    target.addEventListener('abort', listener, { once: true });
    return () => target.removeEventListener?.('abort', listener);
  }
  target.once?.('abort', listener);
  return () => target.off?.('abort', listener);
}
