import { durationMs, type FaultSpec } from '@pado/fault';

export interface Phase {
  readonly active: boolean;
  /** Milliseconds until the phase changes; Infinity when it stays. */
  readonly changesInMs: number;
}

/** When a fault acts within its life: after startAfter, and then in turns when it pulses. */
export function windowOf(spec: FaultSpec): (elapsedMs: number) => Phase {
  const startMs = durationMs(spec.startAfter ?? '0ms');
  const activeMs = spec.pulse ? durationMs(spec.pulse.active) : Number.POSITIVE_INFINITY;
  const dormantMs = spec.pulse ? durationMs(spec.pulse.dormant) : 0;
  return (elapsedMs) => {
    if (elapsedMs < startMs) return { active: false, changesInMs: startMs - elapsedMs };
    if (activeMs === Number.POSITIVE_INFINITY || dormantMs === 0)
      return { active: true, changesInMs: Number.POSITIVE_INFINITY };
    const at = (elapsedMs - startMs) % (activeMs + dormantMs);
    const active = at < activeMs;
    return { active, changesInMs: (active ? activeMs : activeMs + dormantMs) - at };
  };
}
