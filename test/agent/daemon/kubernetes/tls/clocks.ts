import type { Clocks } from '../../../../../agent/daemon/src/kubernetes/tls/clocks.ts';

/** Both clocks move only when told; the wall's starts in 2030. */
export function handClocks(wallMs = Date.UTC(2030, 0, 1)): Clocks & { readonly advance: (ms: number) => void } {
  let elapsedMs = 0;
  return {
    now: () => elapsedMs,
    wallNow: () => wallMs + elapsedMs,
    advance: (ms) => {
      elapsedMs += ms;
    },
  };
}
