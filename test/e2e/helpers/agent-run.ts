import { request } from 'node:https';
import type { Fault, InjectorMessage } from '@pado/fault';
import { keys, names } from '@pado/fault';
import { monotonicClock } from '../../../agent/daemon/src/clock.ts';
import { startKubernetesAgent } from '../../../agent/daemon/src/kubernetes/agent.ts';
import { createKubeApi } from '../../../agent/daemon/src/kubernetes/api/create-api.ts';
import { type KubeApi, KubeError } from '../../../agent/daemon/src/kubernetes/api/kube-api.ts';
import { kubectl, kubectlJson } from './cluster.ts';

/** The label by which pods of a test have injection: an agent that serves the cluster does not look at them. */
export const testLabel = 'pado.dev/inject-test';

/** The API server as a service account sees it, by the kubeconfig of the environment. */
export async function apiOf(namespace: string, account: string): Promise<KubeApi> {
  const { clusters } = await kubectlJson<{
    clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
  }>('config', 'view', '--raw', '--minify');
  const { cluster } = clusters[0]!;
  const token = (await kubectl('create', 'token', account, '-n', namespace)).trim();
  return createKubeApi({
    server: new URL(cluster.server),
    ca: Buffer.from(cluster['certificate-authority-data'], 'base64'),
    token: () => token,
    clock: monotonicClock,
    log: () => {},
  });
}

/**
 * The same for an agent that sees one namespace only, so that a test leaves the rest of the cluster alone: what it asks
 * of the whole cluster is narrowed, with the same verb on the same resource. Each refusal is told.
 */
export function confined(api: KubeApi, namespace: string, onRefused: (what: string) => void): KubeApi {
  const narrow = <Q extends Readonly<Record<string, string | number | boolean>>>(path: string, query?: Q) => {
    const labelSelector = String(query?.labelSelector ?? '').replace(`${keys.inject}=`, `${testLabel}=`);
    const scope = /^\/api\/v1\/namespaces$/.test(path) ? 'metadata.name' : 'metadata.namespace';
    const isWide = /^\/(api|apis\/[^/]+)\/v1[^/]*\/(pods|namespaces|faults|faultreports)$/.test(path);
    return {
      ...query,
      ...(labelSelector === '' ? {} : { labelSelector }),
      ...(isWide ? { fieldSelector: `${scope}=${namespace}` } : {}),
    };
  };
  const told = <T>(what: string, answer: Promise<T>): Promise<T> => {
    answer.catch((error: unknown) => {
      if (error instanceof KubeError && error.status === 403) onRefused(what);
    });
    return answer;
  };
  const verbs = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' } as const;
  return {
    ...api,
    serverNow: () => api.serverNow(),
    request: (method, path, options) => {
      const isOne = /\/namespaces\/[^/]+\/[^/]+\/[^/]+/.test(path);
      const verb = method === 'GET' ? (isOne ? 'get' : 'list') : verbs[method];
      const query = method === 'GET' ? { query: narrow(path, options?.query) } : {};
      return told(`${verb} ${resourceOf(path)}`, api.request(method, path, { ...options, ...query }));
    },
    watch: (path, options) =>
      told(`watch ${resourceOf(path)}`, api.watch(path, { ...options, query: narrow(path, options.query) })),
  };
}

/** Such as `faults.pado.dev/status`. */
function resourceOf(path: string): string {
  const [, group = '', , rest = ''] =
    /^\/(?:api|apis\/([^/]+))\/(v[^/]+)\/(?:namespaces\/[^/]+\/)?(.+)$/.exec(path) ?? [];
  const [resource = '', , sub] = rest.split('/');
  return `${group === '' ? resource : `${resource}.${group}`}${sub === undefined ? '' : `/${sub}`}`;
}

/** An agent in this process, in the form of a Deployment's. */
export const startAgent = (api: KubeApi, namespace: string) =>
  startKubernetesAgent({
    ...{ node: undefined, pod: 'agent-0', namespace, service: 'pado-agent', clusterDomain: 'cluster.local' },
    ...{ port: 0, probePort: 0, server: new URL('https://kubernetes.default.svc'), api, log: () => {} },
  });

/** Says hello as the injector of a pod would, arms what it is told to, and stays until the signal aborts. */
export function connect(port: number, namespace: string, token: string, signal: AbortSignal): void {
  const hello: InjectorMessage = {
    ...{ type: 'hello', version: 1, instance: `instance-${namespace}`, pid: 1, node: process.version, ports: [80] },
    labels: { 'app.kubernetes.io/name': 'target' },
  };
  const call = request({
    ...{ host: '127.0.0.1', port, path: '/v1/channel', method: 'POST', rejectUnauthorized: false, signal },
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
  });
  const say = (message: InjectorMessage) => call.write(`${JSON.stringify(message)}\n`);
  const beat = setInterval(() => say({ type: 'heartbeat' }), 1_000);
  call.on('error', () => {});
  call.on('close', () => clearInterval(beat));
  call.on('response', (answer) => {
    let text = '';
    answer.on('error', () => {});
    answer.on('data', (chunk) => {
      const lines = `${text}${chunk}`.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines.filter(Boolean)) {
        const message = JSON.parse(line) as { type: string; uid: string };
        if (message.type === 'arm') say({ type: 'state', uid: message.uid, state: 'armed' });
        if (message.type === 'disarm') say({ type: 'state', uid: message.uid, state: 'ended' });
      }
    });
  });
  say(hello);
}

/** A fault that needs every right: one of the pods, by a Service, for as long as a run's Lease is renewed. */
export const broadFault = (namespace: string): Fault & { metadata: { namespace: string } } => ({
  apiVersion: 'pado.dev/v1alpha1',
  kind: 'Fault',
  metadata: { name: 'broad', namespace },
  spec: {
    target: { selector: { matchLabels: { app: 'target' } }, mode: 'fixed', value: 1 },
    ttl: '60s',
    leaseName: 'run',
    effects: [{ kind: 'latency', direction: 'outbound', match: { service: 'target' }, delay: '10ms' }],
  },
});

/** What the agent finds: a pod with injection, its Service, the Lease of a run. The pod never runs, it only says so. */
export const surroundings = (namespace: string): object[] => [
  {
    ...{ apiVersion: 'v1', kind: 'Pod' },
    metadata: { name: 'target', namespace, labels: { app: 'target', [testLabel]: 'enabled' } },
    spec: {
      nodeSelector: { 'pado.dev/none': 'here' },
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          ...{ name: 'app', image: 'none' },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  },
  {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'target', namespace } },
    spec: { selector: { app: 'target' }, ports: [{ port: 80 }] },
  },
  {
    ...{ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'run', namespace } },
    spec: { holderIdentity: 'run', leaseDurationSeconds: 60 },
  },
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: names.limits, namespace } },
];
