import { sleep } from 'k6';
import exec from 'k6/execution';
import { Counter } from 'k6/metrics';
import { PadoError } from '../../../agent/fault/src/errors.ts';
import type { Effect } from './effects.ts';
import type { Place, Progress, Spec } from './place.ts';
import type { Group } from './selection.ts';

/** How often faults hit, for thresholds such as `pado_disruptor_applied: ['count>0']`. */
const applied = new Counter('pado_disruptor_applied');

/** Faults of a k6 that was killed end within this time, where there are leases. */
const leaseMs = 4_000;
const lookEverySeconds = 0.1;
const renewEveryMs = 1_000;
const recoverWithinMs = 10_000;

let count = 0;
/** No other fault has it: not another virtual user's, nor another run's. */
const freshName = (): string => `k6-${Date.now().toString(36)}-${exec.vu.idInTest}-${++count}`;

export interface Injection {
  readonly place: Place;
  readonly groups: readonly Group[];
  readonly effects: readonly Effect[];
  readonly durationMs: number;
  /** How long it may take until a fault is in force. */
  readonly armWithinMs: number;
}

/** Faults are in force for their whole time: this blocks meanwhile. */
export function inject({ place, groups, effects, durationMs, armWithinMs }: Injection): void {
  const ttl = `${Math.max(1, Math.round(durationMs))}ms`;
  withLease(place, (leaseName, keep) => {
    const startedAt = Date.now();
    const specs = groups.map(
      ({ matchLabels }): Spec => ({
        target: { selector: { matchLabels } },
        ttl,
        effects,
        ...(leaseName === undefined ? {} : { leaseName }),
      }),
    );
    withFaults(place, specs, (names) => {
      for (const name of names)
        waitUntil(
          () => place.progress(name),
          ({ phase }) => phase !== 'Pending',
          { withinMs: Math.min(armWithinMs, durationMs), keep, otherwise: (last) => notArmed(name, last) },
        );
      for (let leftMs = durationMs; leftMs > 0; leftMs = startedAt + durationMs - Date.now()) {
        sleep(Math.min(leftMs, renewEveryMs) / 1_000);
        keep();
        for (const name of names) checkAlive(name, place.progress(name));
      }
      let hits = 0;
      for (const name of names) {
        const { matched, applied: hit } = waitUntil(
          () => place.progress(name),
          ({ phase, isRecovered }) => phase === 'Ended' && isRecovered,
          { withinMs: recoverWithinMs, keep, otherwise: () => notRecovered(name) },
        );
        hits += hit;
        if (hit === 0) console.warn(`the fault ${name} was in force and hit nothing: it matched ${matched} requests`);
      }
      applied.add(hits);
    });
  });
}

/** Creates faults, and removes them whatever happens, which ends them where they have not ended. */
export function withFaults(place: Place, specs: readonly Spec[], use: (names: readonly string[]) => void): void {
  const names: string[] = [];
  try {
    for (const spec of specs) {
      const name = freshName();
      place.create(name, spec);
      names.push(name);
    }
    use(names);
  } finally {
    for (const name of names) attempt(() => place.remove(name));
  }
}

function withLease({ lease }: Place, use: (name: string | undefined, keep: () => void) => void): void {
  if (lease === undefined) {
    use(undefined, () => {});
    return;
  }
  const name = freshName();
  lease.renew(name, leaseMs);
  let renewedAt = Date.now();
  const keep = () => {
    if (Date.now() - renewedAt < renewEveryMs / 2) return;
    lease.renew(name, leaseMs);
    renewedAt = Date.now();
  };
  try {
    use(name, keep);
  } finally {
    attempt(() => lease.release(name));
  }
}

interface Waiting {
  readonly withinMs: number;
  readonly keep?: () => void;
  readonly otherwise: (last: Progress) => PadoError;
}

function waitUntil(
  ask: () => Progress,
  fits: (progress: Progress) => boolean,
  { withinMs, keep, otherwise }: Waiting,
): Progress {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const progress = ask();
    if (fits(progress)) return progress;
    if (Date.now() >= deadline) throw otherwise(progress);
    sleep(lookEverySeconds);
    keep?.();
  }
}

function checkAlive(name: string, { phase, endReason = 'unknown' }: Progress): void {
  if (phase !== 'Ended' || endReason === 'ttl') return;
  throw new PadoError('ERR_PADO_PROVIDER', `the fault ${name} ended before its time: ${endReason}`);
}

const notArmed = (name: string, { reasons }: Progress): PadoError =>
  new PadoError(
    'ERR_PADO_NO_TARGET',
    `the fault ${name} was armed nowhere in time: ${reasons.join('; ') || 'no target has said why'}`,
  );

const notRecovered = (name: string): PadoError =>
  new PadoError('ERR_PADO_PROVIDER', `the fault ${name} has ended, but not every target has said that it reverted it`);

/** What clears up must not hide why. */
function attempt(task: () => void): void {
  try {
    task();
  } catch (error) {
    console.warn(`pado: ${(error as Error).message}`);
  }
}
