import type { ObjectMeta } from '@pado/fault';
import type { KubeApi } from '../api/kube-api.ts';

/** A Lease of coordination.k8s.io/v1, as far as it is read and written here. */
export interface Lease {
  readonly apiVersion: 'coordination.k8s.io/v1';
  readonly kind: 'Lease';
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    /** RFC 3339 with microseconds; for people only: nothing here reads it. */
    readonly renewTime?: string;
  };
}

export interface LeaseList {
  readonly metadata: { readonly resourceVersion?: string };
  readonly items: readonly Lease[];
}

export const leasesPath = (namespace: string): string =>
  `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases`;

export const leasePath = (namespace: string, name: string): string =>
  `${leasesPath(namespace)}/${encodeURIComponent(name)}`;

/** Annotations: the first three for people, the last tells processes of one identity apart. */
export const annotations = {
  pod: 'pado.dev/pod',
  podUid: 'pado.dev/pod-uid',
  fault: 'pado.dev/fault',
  count: 'pado.dev/count',
  writer: 'pado.dev/writer',
} as const;

export const writerOf = (lease: Lease): string | undefined => lease.metadata.annotations?.[annotations.writer];

/** One written state of one object: what a PUT or DELETE must find, or else it is refused. */
export interface Stamp {
  readonly uid: string;
  readonly resourceVersion: string;
}

/** @throws when the API server's answer has neither */
export function stampOf({ metadata: { name, uid, resourceVersion } }: Lease): Stamp {
  if (uid === undefined || resourceVersion === undefined)
    throw new TypeError(`lease ${name}: an answer of the API server without uid or resourceVersion`);
  return { uid, resourceVersion };
}

/** @throws KubeError: 404 or 409 when it is not in that state any more */
export const deleteLease = (api: KubeApi, namespace: string, name: string, stamp: Stamp, timeoutMs?: number) =>
  api.request('DELETE', leasePath(namespace, name), {
    body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: stamp },
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });

let writes = 0;

/** Now, with microseconds that differ from one write to the next: a PUT that changes nothing is no write. */
export function renewTime(): string {
  writes = (writes + 1) % 1_000;
  return new Date().toISOString().replace('Z', `${String(writes).padStart(3, '0')}Z`);
}
