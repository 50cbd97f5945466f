import { setTimeout as sleep } from 'node:timers/promises';
import { type FaultSpec, type FaultStatus, isPadoError, PadoError } from '@pado/fault';
import type { AgentApi } from './agent-api.ts';

/** No target in force after this long makes a run inconclusive. */
const armWithinMs = 10_000;
/** Disarming takes one message; a target that is gone for good is told by then too. */
const recoverWithinMs = 10_000;
const lookEveryMs = 250;
/** While something is waited for. */
const checkEveryMs = 25;
/** How late a first application shows: evidence comes once a second, and a look every quarter. */
const evidenceLagMs = 1_000 + lookEveryMs;

/** How often the fault had been applied by a time; for the charts. */
export interface AppliedSample {
  readonly atMs: number;
  readonly applied: number;
}

/** A fault from its creation to its removal. */
export interface RunningFault {
  readonly name: string;
  /** As last seen. */
  readonly status: () => FaultStatus;
  readonly samples: readonly AppliedSample[];
  /** From when the fault acted: never before it was armed, at most 1.25 s before the first application was seen. */
  readonly startedAtMs: () => number | undefined;
  /** When every target was first seen to have reverted it. */
  readonly revertedAtMs: () => number | undefined;
  /** Resolves when at least one target is in force. @throws PadoError ERR_PADO_NO_TARGET after 10 s. */
  readonly armed: (signal: AbortSignal) => Promise<void>;
  /** Resolves when the fault has ended by itself. */
  readonly ended: (signal: AbortSignal) => Promise<void>;
  /** Ends the fault and waits until every target says so. @throws PadoError ERR_PADO_PROVIDER when one does not. */
  readonly revert: () => Promise<FaultStatus>;
}

interface Options {
  readonly name: string;
  readonly spec: FaultSpec;
  readonly onStatus: (status: FaultStatus) => void;
}

export async function createFault(agent: AgentApi, { name, spec, onStatus }: Options): Promise<RunningFault> {
  let status = await agent.create(name, spec);
  let armedAtMs: number | undefined;
  let firstSeenAtMs: number | undefined;
  let revertedAtMs: number | undefined;
  let failure: unknown;
  let looking = false;
  const samples: AppliedSample[] = [];

  const look = async () => {
    if (looking) return;
    looking = true;
    try {
      status = await agent.read(name);
      const sample = { atMs: Date.now(), applied: appliedCount(status) };
      if (status.phase === 'Injected') armedAtMs ??= sample.atMs;
      if (sample.applied > 0) firstSeenAtMs ??= sample.atMs;
      if (status.phase === 'Ended' && status.conditions.AllRecovered) revertedAtMs ??= sample.atMs;
      samples.push(sample);
      onStatus(status);
    } catch (error) {
      // An agent that does not answer for a moment is the lease's affair; a fault that is gone is an answer.
      if (!isPassing(error)) failure = error;
    } finally {
      looking = false;
    }
  };
  const timer = setInterval(look, lookEveryMs);
  const until = async (
    fits: (status: FaultStatus) => boolean,
    deadlineMs: number,
    signal?: AbortSignal,
  ): Promise<boolean> => {
    const startedAt = performance.now();
    while (!fits(status)) {
      if (failure !== undefined) throw failure;
      if (performance.now() - startedAt > deadlineMs) return false;
      await sleep(agent.lookEveryMs ?? checkEveryMs, undefined, { signal });
      await look();
    }
    return true;
  };

  return {
    name,
    status: () => status,
    samples,
    startedAtMs: () =>
      armedAtMs === undefined || firstSeenAtMs === undefined
        ? armedAtMs
        : Math.max(armedAtMs, firstSeenAtMs - evidenceLagMs),
    revertedAtMs: () => revertedAtMs,
    armed: async (signal) => {
      const inTime = await until(({ phase }) => phase !== 'Pending', armWithinMs, signal);
      if (!inTime || armedAtMs === undefined)
        throw noTarget(status, await agent.whyUnarmed?.(name).catch(() => undefined));
    },
    ended: async (signal) => {
      await until(({ phase }) => phase === 'Ended', status.remainingMs + recoverWithinMs, signal);
    },
    revert: async () => {
      try {
        await agent.stop(name);
        if (await until(() => revertedAtMs !== undefined, recoverWithinMs)) return await agent.read(name);
      } finally {
        clearInterval(timer);
      }
      const message = `the fault ${name} was stopped, but not every target reverted it within ${recoverWithinMs / 1_000} s`;
      throw new PadoError('ERR_PADO_PROVIDER', message, { details: { targets: status.targets } });
    },
  };
}

/** Nobody answered, or not now: another try may help. */
const isPassing = (error: unknown): boolean =>
  isPadoError(error) && (error.code === 'ERR_PADO_AGENT_UNREACHABLE' || error.details.passing === true);

export const appliedCount = ({ evidence }: FaultStatus): number =>
  evidence.reduce((sum, { applied }) => sum + applied, 0);

function noTarget({ name, spec, targets }: FaultStatus, found?: string): PadoError {
  const reasons = targets.flatMap((target) =>
    target.reason === undefined ? [] : [`${target.name}: ${target.reason}`],
  );
  const selector = JSON.stringify(spec.target.selector.matchLabels);
  const why = reasons.length > 0 ? reasons.join('; ') : (found ?? `no connected process has the labels ${selector}`);
  return new PadoError(
    'ERR_PADO_NO_TARGET',
    `the fault ${name} was armed nowhere within ${armWithinMs / 1_000} s: ${why}`,
  );
}
