import { isPadoError, type ObjectMeta, PadoError } from '@pado/fault';
import type { AgentApi } from '../providers/fault/agent-api.ts';
import type { KubeClient } from './client.ts';
import { paths } from './paths.ts';

interface Lease {
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly holderIdentity?: string };
}

/** Half of a lease: a call that hangs must leave time for another one. */
const timeoutMs = 2_000;

/** A run's Lease: while it is renewed its faults go on. `holder` tells it from anyone else's. */
export function kubeLeases(client: KubeClient, holder: string): Pick<AgentApi, 'renewLease' | 'releaseLease'> {
  const held = new Map<string, Lease>();
  const ask = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown) =>
    client.request<Lease>(method, path, { timeoutMs, ...(body === undefined ? {} : { body }) });

  const take = async (name: string, durationMs: number): Promise<Lease> => {
    const spec = specOf(durationMs, holder);
    const body = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name },
      spec: { ...spec, acquireTime: spec.renewTime },
    };
    try {
      return await ask('POST', paths.leases(client.namespace), body);
    } catch (error) {
      if (!isCode(error, 'ERR_PADO_CONFLICT')) throw error;
      // An answer that was lost on the way: it may be ours already.
      return own(await ask('GET', paths.leases(client.namespace, name)));
    }
  };
  const own = (lease: Lease): Lease => {
    const by = lease.spec?.holderIdentity;
    if (by === holder) return lease;
    throw new PadoError(
      'ERR_PADO_CONFLICT',
      `the Lease ${lease.metadata.name} is held by ${by ?? 'nobody'}, not by this run`,
    );
  };

  return {
    renewLease: async (name, durationMs) => {
      const known = held.get(name);
      if (known === undefined) {
        held.set(name, await take(name, durationMs));
        return;
      }
      try {
        const spec = { ...known.spec, ...specOf(durationMs, holder) };
        held.set(name, await ask('PUT', paths.leases(client.namespace, name), { ...known, spec }));
      } catch (error) {
        // Written by somebody else, or by a request of ours whose answer was lost: the next renewal knows its version.
        if (isCode(error, 'ERR_PADO_CONFLICT'))
          held.set(name, own(await ask('GET', paths.leases(client.namespace, name))));
        throw error;
      }
    },
    releaseLease: async (name) => {
      held.delete(name);
      await ask('DELETE', paths.leases(client.namespace, name)).catch((error) => {
        if (!isCode(error, 'ERR_PADO_NOT_FOUND')) throw error;
      });
    },
  };
}

/** Whole seconds, as Kubernetes counts: never shorter than asked for. */
const specOf = (durationMs: number, holderIdentity: string) => ({
  holderIdentity,
  leaseDurationSeconds: Math.ceil(durationMs / 1_000),
  // metav1.MicroTime
  renewTime: new Date().toISOString().replace(/Z$/, '000Z'),
});

const isCode = (error: unknown, code: PadoError['code']): boolean => isPadoError(error) && error.code === code;
