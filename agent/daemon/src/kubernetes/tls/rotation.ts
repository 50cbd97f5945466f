import { X509Certificate } from 'node:crypto';
import { type Authority, dayMs, makeAuthority, skewMs, validityOf } from './authority.ts';

/** Pods learn of a new CA within minutes; certificates are signed by it a day after it was published. */
export const overlapMs = dayMs;

/** Every CA that is trusted, and the one that signs. */
export interface CaState {
  readonly current: Authority;
  /** Published, and not signing yet. */
  readonly next?: { readonly authority: Authority; readonly sinceMs: number };
  /** Certificates of those that signed before, newest first: trusted until they expire. */
  readonly previous: readonly string[];
}

export const freshState = (nowMs: number): CaState => ({ current: makeAuthority(nowMs), previous: [] });

const isAlive = (cert: string, nowMs: number): boolean =>
  validityOf(new X509Certificate(cert)).notAfterMs > nowMs - skewMs;

function step(state: CaState, nowMs: number): CaState {
  const { current, next, previous } = state;
  const hasExpired = nowMs >= current.notAfterMs;
  if (next === undefined) {
    const dueMs = current.notBeforeMs + ((current.notAfterMs - current.notBeforeMs) * 2) / 3;
    if (nowMs >= dueMs) return { ...state, next: { authority: makeAuthority(nowMs), sinceMs: nowMs } };
  } else if (nowMs >= next.sinceMs + overlapMs || hasExpired) {
    // An expired CA is trusted by nobody: there is nothing to wait for.
    return { current: next.authority, previous: [current.cert, ...previous] };
  }
  const alive = previous.filter((cert) => isAlive(cert, nowMs));
  return alive.length < previous.length ? { ...state, previous: alive } : state;
}

/** What the CA should be now; the same object when nothing is due. */
export function rotate(state: CaState, nowMs: number): CaState {
  const next = step(state, nowMs);
  return next === state ? state : rotate(next, nowMs);
}

/** What pods trust, in PEM. */
export const bundleOf = ({ current, next, previous }: CaState): string =>
  [current.cert, ...(next ? [next.authority.cert] : []), ...previous].join('');
