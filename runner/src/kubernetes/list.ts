import { type FaultReport, type FaultResource, type FaultStatus, isPadoError } from '@pado/fault';
import type { KubeClient } from './client.ts';
import { faultStatus } from './fault-status.ts';
import type { List } from './objects.ts';
import { paths } from './paths.ts';

export interface ListedFault {
  readonly namespace: string;
  readonly fault: FaultResource;
  readonly status: FaultStatus;
}

/** Every fault of a namespace, with what its reports say. */
export const listFaults = (client: KubeClient, signal?: AbortSignal): Promise<readonly ListedFault[]> =>
  list(client, paths.faults(client.namespace), paths.faultReports(client.namespace), signal);

/** Every fault of the cluster; of the client's namespace where only that may be read. */
export async function listAllFaults(client: KubeClient, signal?: AbortSignal): Promise<readonly ListedFault[]> {
  const everywhere = (path: string) => path.replace(/\/namespaces\/[^/]+/, '');
  try {
    const { namespace } = client;
    return await list(client, everywhere(paths.faults(namespace)), everywhere(paths.faultReports(namespace)), signal);
  } catch (error) {
    if (!isPadoError(error) || error.code !== 'ERR_PADO_FORBIDDEN') throw error;
    return listFaults(client, signal);
  }
}

async function list(
  client: KubeClient,
  faults: string,
  reports: string,
  signal?: AbortSignal,
): Promise<readonly ListedFault[]> {
  const get = async <T>(path: string) =>
    (await client.request<List<T>>('GET', path, signal === undefined ? {} : { signal })).items;
  const [found, said] = await Promise.all([get<FaultResource>(faults), get<FaultReport>(reports)]);
  const byUid = Map.groupBy(said, ({ fault }) => fault.uid);
  return found.map((fault) => ({
    namespace: fault.metadata.namespace ?? client.namespace,
    fault,
    status: faultStatus(fault, byUid.get(fault.metadata.uid ?? '') ?? [], client.serverNow()),
  }));
}
