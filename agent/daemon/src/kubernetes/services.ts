import { type Address, PadoError } from '@pado/fault';
import { isStatus, type KubeApi } from './api/kube-api.ts';

/** As many as an injector has to compare each request with. */
const maxAddresses = 512;
const maxPort = 65_535;

interface Service {
  readonly spec?: {
    readonly type?: string;
    readonly clusterIP?: string;
    readonly clusterIPs?: readonly string[];
    readonly externalName?: string;
    readonly ports?: readonly { readonly port: number; readonly protocol?: string }[];
  };
}

interface EndpointSliceList {
  readonly items?: readonly {
    readonly endpoints?: readonly { readonly addresses?: readonly string[]; readonly hostname?: string }[] | null;
    readonly ports?: readonly { readonly port?: number; readonly protocol?: string }[] | null;
  }[];
}

const isTcp = ({ protocol = 'TCP' }: { readonly protocol?: string }): boolean => protocol === 'TCP';

/** A Service's name goes into a path of the API server and comes from whoever may create a fault: nothing else may. */
const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** `payments`, `payments.shop`, `payments.shop.svc` or that with the cluster's domain. */
function parse(namespace: string, name: string, clusterDomain: string): { service: string; of: string } {
  const [service = '', of = namespace, ...rest] = name.split('.');
  const tail = rest.join('.');
  if (label.test(service) && label.test(of) && ['', 'svc', `svc.${clusterDomain}`].includes(tail))
    return { service, of };
  throw new PadoError(
    'ERR_PADO_INVALID',
    `${JSON.stringify(name)} is no name of a Service: right would be payments, payments.shop or payments.shop.svc.${clusterDomain}`,
  );
}

const times = (hosts: readonly string[], ports: readonly number[]): Address[] =>
  hosts.flatMap((host) => ports.map((port) => ({ host, port })));

const byHostAndPort = (a: Address, b: Address): number =>
  a.host < b.host ? -1 : a.host > b.host ? 1 : a.port - b.port;

/** Each once, in a fixed order; when there are too many, those that come first stay. */
function bounded(addresses: readonly Address[]): Address[] {
  const unique = new Map<string, Address>();
  for (const address of addresses) {
    if (address.port < 1 || address.port > maxPort) continue;
    if (unique.size === maxAddresses) break;
    unique.set(`${address.host} ${address.port}`, address);
  }
  return [...unique.values()].sort(byHostAndPort);
}

/**
 * Every address by which a client in a namespace may know a Service: its DNS names and cluster addresses with its ports,
 * and its pods' addresses with theirs, for clients that choose a pod themselves. Ready or not: a client may still talk to
 * a pod that has left.
 * @throws PadoError ERR_PADO_NOT_FOUND if there is no such Service, ERR_PADO_INVALID; KubeError
 */
export async function resolveService(
  api: Pick<KubeApi, 'request'>,
  namespace: string,
  name: string,
  clusterDomain: string,
): Promise<Address[]> {
  const { service, of } = parse(namespace, name, clusterDomain);
  const [found, slices] = await Promise.all([
    api.request<Service>('GET', `/api/v1/namespaces/${of}/services/${service}`).catch((cause: unknown) => {
      if (!isStatus(cause, 404)) throw cause;
      throw new PadoError('ERR_PADO_NOT_FOUND', `there is no Service ${service} in namespace ${of}`, { cause });
    }),
    api.request<EndpointSliceList>('GET', `/apis/discovery.k8s.io/v1/namespaces/${of}/endpointslices`, {
      query: { labelSelector: `kubernetes.io/service-name=${service}`, resourceVersion: '0' },
    }),
  ]);
  const {
    clusterIP,
    clusterIPs = clusterIP === undefined ? [] : [clusterIP],
    externalName,
    ports = [],
  } = found.spec ?? {};
  const servicePorts = ports.filter(isTcp).map(({ port }) => port);
  const qualified = `${service}.${of}`;
  // A bare name means the Service in the client's own namespace.
  const names = [
    ...(of === namespace ? [service] : []),
    ...[qualified, `${qualified}.svc`, `${qualified}.svc.${clusterDomain}`],
  ];
  const virtual = clusterIPs.filter((address) => address !== '' && address !== 'None');
  const addresses = times([...names, ...virtual, ...(externalName ? [externalName] : [])], servicePorts);
  const isHeadless = virtual.length === 0 && externalName === undefined;
  for (const { endpoints, ports: slicePorts } of slices.items ?? []) {
    const targetPorts = (slicePorts ?? []).filter(isTcp).flatMap(({ port }) => port ?? []);
    // Names of a headless Service are those of its pods.
    if (isHeadless) addresses.push(...times(names, targetPorts));
    for (const { addresses: hosts = [], hostname } of endpoints ?? []) {
      addresses.push(...times(hosts, targetPorts));
      if (hostname)
        addresses.push(
          ...times(
            names.map((one) => `${hostname}.${one}`),
            targetPorts,
          ),
        );
    }
  }
  return bounded(addresses);
}
