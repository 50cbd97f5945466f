import { apiGroupVersion } from '@pado/fault';

const part = encodeURIComponent;
const join = (base: string, name?: string): string => (name === undefined ? base : `${base}/${part(name)}`);
const core = (kind: string) => (namespace: string, name?: string) =>
  join(`/api/v1/namespaces/${part(namespace)}/${kind}`, name);
const grouped = (group: string, kind: string) => (namespace: string, name?: string) =>
  join(`/apis/${group}/namespaces/${part(namespace)}/${kind}`, name);

/** Where objects are on the API server: `(namespace)` for the list, `(namespace, name)` for one. */
export const paths = {
  faults: grouped(apiGroupVersion, 'faults'),
  faultReports: grouped(apiGroupVersion, 'faultreports'),
  leases: grouped('coordination.k8s.io/v1', 'leases'),
  jobs: grouped('batch/v1', 'jobs'),
  daemonSets: grouped('apps/v1', 'daemonsets'),
  deployments: grouped('apps/v1', 'deployments'),
  endpointSlices: grouped('discovery.k8s.io/v1', 'endpointslices'),
  pods: core('pods'),
  services: core('services'),
  configMaps: core('configmaps'),
} as const;
