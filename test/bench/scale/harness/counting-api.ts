import { apiGroup, type FaultResource, names } from '@pado/fault';
import {
  type KubeApi,
  KubeError,
  type KubeObject,
  type RequestOptions,
} from '../../../../agent/daemon/src/kubernetes/api/kube-api.ts';
import { now } from './now.ts';

export interface Observer {
  /** A question to the API server, such as `GET leases`; one that was refused is told again, such as `refused 409 POST leases`. */
  readonly onRequest: (what: string) => void;
  /** A stream brought a fault that was not known before. */
  readonly onSeen?: (fault: string, at: number) => void;
  /** The leader has written a status. */
  readonly onStatus?: (fault: string, status: FaultResource['status'], at: number) => void;
}

/** Such as `leases`; the leader's Lease, the CA and a status have names of their own. */
export function resourceIn(path: string): string {
  const [, , rest = ''] = /^\/(?:api|apis\/([^/]+))\/v[^/]+\/(.+)$/.exec(path) ?? [];
  const [, resource = '', name, sub] = /^(?:namespaces\/[^/]+\/)?([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(rest) ?? [];
  if (path.includes('/namespaces/kube-node-lease/')) return 'node leases';
  if (name === names.leader) return 'leader';
  if (name === names.caBundle) return 'ca';
  return sub === undefined ? resource || path : `${resource}/${sub}`;
}

/**
 * The API of one agent that is measured. What it asks of the whole cluster is narrowed to one namespace, with the same
 * verb on the same resource, so that it leaves everything else alone: namespaces, faults and reports of others.
 */
export function countingApi<A extends KubeApi>(api: A, namespace: string, observer: Observer): A {
  const narrow = (path: string, query: RequestOptions['query'] = {}): NonNullable<RequestOptions['query']> => {
    if (path === '/api/v1/namespaces') return { ...query, fieldSelector: `metadata.name=${namespace}` };
    if (path.startsWith(`/apis/${apiGroup}/`) && !path.includes('/namespaces/'))
      return { ...query, fieldSelector: `metadata.namespace=${namespace}` };
    return query;
  };
  const count = async <T>(what: string, answer: Promise<T>): Promise<T> => {
    observer.onRequest(what);
    try {
      return await answer;
    } catch (error) {
      if (error instanceof KubeError && !(error.status === 0 && error.reason === 'Aborted'))
        observer.onRequest(`refused ${error.status || error.reason} ${what}`);
      throw error;
    }
  };
  return {
    ...api,
    serverNow: () => api.serverNow(),
    request: async <T>(method: Parameters<KubeApi['request']>[0], path: string, options: RequestOptions = {}) => {
      const isList = method === 'GET' && /\/[a-z]+s$/.test(path) && !/\/namespaces\/[^/]+$/.test(path);
      const query = isList ? { query: narrow(path, options.query) } : {};
      const answer = await count(
        `${isList ? 'LIST' : method} ${resourceIn(path)}`,
        api.request<T>(method, path, { ...options, ...query }),
      );
      if (method === 'PATCH' && path.endsWith('/status')) {
        const { metadata, status } = answer as FaultResource;
        observer.onStatus?.(metadata.name, status, now());
      }
      return answer;
    },
    watch: async <T>(path: string, options: Parameters<KubeApi['watch']>[1]) => {
      const isOfFaults = path.endsWith('/faults');
      const onEvent: typeof options.onEvent = (event) => {
        if (isOfFaults && event.type === 'ADDED') observer.onSeen?.((event.object as KubeObject).metadata.name, now());
        options.onEvent(event);
      };
      const watching = api.watch<T>(path, { ...options, query: narrow(path, options.query), onEvent } as never);
      return count(`WATCH ${resourceIn(path)}`, watching);
    },
  };
}
