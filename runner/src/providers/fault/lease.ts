import { PadoError } from '@pado/fault';
import type { AgentApi } from './agent-api.ts';

/** The faults of a runner that was killed end within this time and one look of the agent. */
export const leaseMs = 4_000;
const renewEveryMs = 1_000;

export interface Lease {
  readonly name: string;
  /** Rejects when the lease could not be renewed in time: the faults have ended then. */
  readonly lost: Promise<never>;
  /** Stops renewing and gives the lease up. Twice is once; an agent that is gone needs no telling. */
  readonly release: () => Promise<void>;
}

/** Takes a lease and renews it every second. */
export async function holdLease(agent: Pick<AgentApi, 'renewLease' | 'releaseLease'>, name: string): Promise<Lease> {
  await agent.renewLease(name, leaseMs);
  const loss = Promise.withResolvers<never>();
  loss.promise.catch(() => {}); // nobody may be waiting when it happens
  let renewedAt = performance.now();
  let released: Promise<void> | undefined;
  let renewing = false;

  const renew = async () => {
    if (renewing) return;
    renewing = true;
    const startedAt = performance.now();
    try {
      await agent.renewLease(name, leaseMs);
      renewedAt = startedAt;
    } catch (cause) {
      if (performance.now() - renewedAt < leaseMs || released !== undefined) return;
      clearInterval(timer);
      const message = `the agent did not renew the lease ${name} for ${leaseMs / 1_000} s: ${(cause as Error).message}`;
      loss.reject(new PadoError('ERR_PADO_AGENT_UNREACHABLE', message, { cause }));
    } finally {
      renewing = false;
    }
  };
  const timer = setInterval(renew, renewEveryMs);

  const release = () => {
    clearInterval(timer);
    released ??= agent.releaseLease(name).catch(() => {});
    return released;
  };
  return { name, lost: loss.promise, release };
}
