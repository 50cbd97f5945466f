import { isPadoError, nameLabel } from '@pado/fault';
import type { Environment, LoadRequest } from '../experiment/environment.ts';
import { type RunningLoad, startLoad } from '../providers/k6/load.ts';
import { kubernetesProvider } from '../providers/kubernetes/provider.ts';
import type { Whereabouts } from '../providers/protected.ts';
import type { KubeClient } from './client.ts';
import { kubeFaults } from './faults.ts';
import type { LoadMode } from './load-modes.ts';
import type { List, Pod, Service } from './objects.ts';
import { paths } from './paths.ts';
import { forward } from './port-forward.ts';
import { preflight } from './preflight.ts';
import { type FoundService, findService } from './service.ts';

export interface ClusterEnvironment extends Environment, Disposable {}

interface Options {
  readonly prometheus: string | undefined;
  readonly gateway: string | undefined;
  readonly load: LoadMode;
  /** Gets the path of k6, when the load is local. */
  readonly k6: () => Promise<string>;
  /** The image of a load that is a Job. */
  readonly k6Image: string;
  readonly note: (text: string) => void;
  readonly whereabouts: Whereabouts;
}

const outside = 'name its address instead';

/** A namespace of a cluster, with what the run needs brought within reach; closing it ends the port-forwards. */
export async function clusterEnvironment(client: KubeClient, options: Options): Promise<ClusterEnvironment> {
  const { namespace } = client;
  const { load, note } = options;
  const forwards: Disposable[] = [];
  const close = () => {
    for (const one of forwards.splice(0)) one[Symbol.dispose]();
  };
  const inside = ({ name, namespace: of, port }: FoundService) => `http://${name}.${of}.svc:${port}`;
  const reach = async (service: FoundService): Promise<string> => {
    if (client.inCluster) return inside(service);
    const one = await forward(client, service, { note });
    forwards.push(one);
    return one.url;
  };
  try {
    const metrics =
      options.prometheus === undefined
        ? await findService(client, stores(namespace), `--prometheus URL: ${outside}`)
        : undefined;
    const shop =
      options.gateway === undefined && load !== 'none'
        ? await findService(client, [{ namespace, name: 'gateway', ports: ['http'] }], `--gateway URL: ${outside}`)
        : undefined;
    const prometheusUrl = options.prometheus?.replace(/\/$/, '') ?? (await reach(metrics as FoundService));
    const isLocal = load === 'local';
    const gatewayUrl =
      options.gateway?.replace(/\/$/, '') ?? (shop === undefined ? '' : isLocal ? await reach(shop) : inside(shop));
    const start = await starter(client, options, { prometheusUrl, inClusterPrometheus: metrics && inside(metrics) });
    return {
      names: () => names(client),
      instances: {},
      gatewayUrl,
      prometheusUrl,
      agent: kubeFaults(client, { note }),
      kubernetes: kubernetesProvider(client, { note, whereabouts: options.whereabouts }),
      cluster: client,
      ...(start === undefined ? {} : { startLoad: start }),
      preflight: (experiment) => preflight(client, experiment),
      [Symbol.dispose]: close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** The shop's own Prometheus, the operator's, and that of the chart kube-prometheus-stack. */
const stores = (namespace: string) => {
  const ports = ['http', 'web', 'http-web'];
  return [
    { namespace, name: 'prometheus', ports },
    { namespace: 'monitoring', name: 'prometheus-operated', ports },
    { namespace: 'monitoring', name: 'kube-prometheus-stack-prometheus', ports },
    { namespace: 'monitoring', name: 'prometheus', ports },
  ];
};

async function starter(
  client: KubeClient,
  { load, k6, k6Image, note }: Options,
  {
    prometheusUrl,
    inClusterPrometheus,
  }: { readonly prometheusUrl: string; readonly inClusterPrometheus: string | undefined },
): Promise<((request: LoadRequest) => Promise<RunningLoad>) | undefined> {
  if (load === 'none') return undefined;
  if (load === 'local') {
    const path = await k6();
    return (request) => startLoad({ ...request, k6: path, prometheusUrl });
  }
  const { startLoadJob } = await import('./load/job.ts');
  return (request) =>
    startLoadJob({ ...request, client, image: k6Image, note, prometheusUrl: inClusterPrometheus ?? prometheusUrl });
}

/** Pods by their label, and Services; undefined where Services may not be listed. */
async function names(client: KubeClient): Promise<readonly string[] | undefined> {
  const list = <T>(path: string) => client.request<List<T>>('GET', path).then(({ items }) => items);
  try {
    const [pods, services] = await Promise.all([
      list<Pod>(paths.pods(client.namespace)),
      list<Service>(paths.services(client.namespace)),
    ]);
    const labelled = pods.flatMap(({ metadata }) => metadata.labels?.[nameLabel] ?? []);
    const all = [...new Set([...labelled, ...services.map(({ metadata }) => metadata.name)])];
    return all.length === 0 ? undefined : all;
  } catch (error) {
    if (isPadoError(error) && error.code === 'ERR_PADO_FORBIDDEN') return undefined;
    throw error;
  }
}
