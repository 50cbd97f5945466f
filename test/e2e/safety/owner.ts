import type { Test } from 'tap';
import { api } from '../helpers/targets.ts';

export interface Owner {
  /** As when its process is killed: the Lease stays and is renewed no more. Resolves when no renewal is on its way. */
  readonly die: () => Promise<void>;
  /** Unix ms of the last renewal that was sent. */
  readonly renewedAt: number;
}

const everyMs = 500;

/** A run that renews its Lease twice a second, as `pado run` does. */
export async function ownLease(t: Test, namespace: string, name: string, durationSeconds: number): Promise<Owner> {
  const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
  const spec = () => ({
    ...{ holderIdentity: name, leaseDurationSeconds: durationSeconds },
    renewTime: new Date().toISOString().replace('Z', '000Z'),
  });
  const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace } };
  await api.request('POST', path, { body: { ...lease, spec: spec() } });
  let renewedAt = Date.now();
  let writing: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    const at = Date.now();
    writing = api
      .request('PATCH', `${path}/${name}`, {
        contentType: 'application/merge-patch+json',
        body: { spec: spec() },
        timeoutMs: 1_000,
      })
      .then(() => {
        renewedAt = at;
      })
      // It goes on trying while the API server is away.
      .catch(() => {});
  }, everyMs);
  t.teardown(() => clearInterval(timer));
  return {
    async die() {
      clearInterval(timer);
      await writing;
    },
    get renewedAt() {
      return renewedAt;
    },
  };
}
