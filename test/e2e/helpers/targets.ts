import { readFile } from 'node:fs/promises';
import { apiVersion, type FaultResource, type FaultSpec, keys, nameLabel } from '@pado/fault';
import { apply, kubectl, kubectlJson } from './cluster.ts';
import { testApi } from './kube.ts';

/** The image under test: the project's own Dockerfile, where the cluster's nodes can have it. */
export const image = process.env.PADO_E2E_IMAGE ?? 'pado:e2e';
const [, repository = image, tag = 'latest'] = /^(.+):([^:/]+)$/.exec(image) ?? [];
/** The same as a chart's values, for `--set`. */
export const imageValues = `image.repository=${repository},image.tag=${tag}`;
export const agentNamespace = process.env.PADO_E2E_AGENT_NAMESPACE ?? 'pado';

const api = await testApi();

const restricted = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};
const podSecurity = { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } };

const script = async (file: string) => readFile(new URL(`../fixtures/${file}`, import.meta.url), 'utf8');

export interface TargetOptions {
  readonly replicas?: number;
  /** Default true. */
  readonly injected?: boolean;
  readonly resources?: object;
  readonly labels?: Readonly<Record<string, string>>;
  readonly nodeName?: string;
  /** Default test/e2e/fixtures/target.mjs. */
  readonly file?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly spread?: boolean;
  /** Has the container restarted by what /healthz says; default false. */
  readonly isWatchedAlive?: boolean;
  /** Name of a second container with the same script, on port 8081; its process bears the pod's labels too. */
  readonly beside?: string;
}

/** A Deployment of a fixture with the injector as the chart brings it in, its Service, and the script as a ConfigMap. */
export async function deploy(namespace: string, name: string, options: TargetOptions = {}): Promise<void> {
  const { replicas = 1, injected = true, resources, labels = {}, file = 'target.mjs', env = {} } = options;
  const own = { [nameLabel]: name };
  const environment = {
    PADO_AGENT_URL: `https://pado-agent.${agentNamespace}.svc:4600`,
    PADO_AGENT_TOKEN_FILE: '/var/run/secrets/pado/token',
    PADO_AGENT_CA_FILE: '/var/run/secrets/pado/ca.crt',
    PADO_NAME: name,
    PADO_LABELS: `${keys.container}=app`,
    NODE_OPTIONS: '--require=/pado/injector.cjs',
  };
  const variables = Object.entries({ ...(injected ? environment : {}), ...env }).map(([key, value]) => ({
    name: key,
    value,
  }));
  const mounts = [
    { name: 'script', mountPath: '/script', readOnly: true },
    ...(injected
      ? [
          { name: 'injector', mountPath: '/pado', readOnly: true },
          { name: 'pado', mountPath: '/var/run/secrets/pado', readOnly: true },
        ]
      : []),
  ];
  const app = {
    name: 'app',
    image,
    imagePullPolicy: 'IfNotPresent',
    command: ['node', '/script/main.mjs'],
    env: [...variables, { name: 'PADO_POD_UID', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } }],
    ports: [{ name: 'http', containerPort: 8080 }],
    readinessProbe: {
      httpGet: { path: '/readyz', port: 'http' },
      ...{ periodSeconds: 1, failureThreshold: 1, timeoutSeconds: 3 },
    },
    ...(options.isWatchedAlive
      ? {
          // A start that takes long on a busy machine is no reason for a restart.
          startupProbe: { httpGet: { path: '/healthz', port: 'http' }, periodSeconds: 1, failureThreshold: 60 },
          livenessProbe: {
            httpGet: { path: '/healthz', port: 'http' },
            ...{ periodSeconds: 1, failureThreshold: 3, timeoutSeconds: 3 },
          },
        }
      : {}),
    securityContext: restricted,
    resources: resources ?? { requests: { cpu: '10m', memory: '64Mi' } },
    volumeMounts: mounts,
  };
  const beside = (as: string) => ({
    ...app,
    name: as,
    env: [
      ...app.env.map((one) => (one.name === 'PADO_LABELS' ? { ...one, value: `${keys.container}=${as}` } : one)),
      { name: 'PORT', value: '8081' },
    ],
    ports: [{ name: 'beside', containerPort: 8081 }],
    readinessProbe: { ...app.readinessProbe, httpGet: { path: '/readyz', port: 'beside' } },
  });
  await apply({
    apiVersion: 'v1',
    kind: 'List',
    items: [
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: `${name}-script`, namespace },
        data: { 'main.mjs': await script(file) },
      },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name, namespace },
        spec: { selector: own, ports: [{ name: 'http', port: 8080 }] },
      },
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name, namespace },
        spec: {
          replicas,
          selector: { matchLabels: own },
          template: {
            metadata: { labels: { ...own, ...labels, ...(injected ? { [keys.inject]: 'enabled' } : {}) } },
            spec: {
              automountServiceAccountToken: false,
              terminationGracePeriodSeconds: 2,
              securityContext: podSecurity,
              ...(options.nodeName === undefined ? {} : { nodeName: options.nodeName }),
              ...(options.spread
                ? {
                    topologySpreadConstraints: [
                      {
                        maxSkew: 1,
                        topologyKey: 'kubernetes.io/hostname',
                        whenUnsatisfiable: 'ScheduleAnyway',
                        labelSelector: { matchLabels: own },
                      },
                    ],
                  }
                : {}),
              ...(injected
                ? {
                    initContainers: [
                      {
                        name: 'pado-injector',
                        image,
                        imagePullPolicy: 'IfNotPresent',
                        command: ['cp', '/app/injector/injector.cjs', '/pado/injector.cjs'],
                        securityContext: restricted,
                        volumeMounts: [{ name: 'injector', mountPath: '/pado' }],
                      },
                    ],
                  }
                : {}),
              containers: [app, ...(options.beside === undefined ? [] : [beside(options.beside)])],
              volumes: [
                { name: 'script', configMap: { name: `${name}-script` } },
                ...(injected
                  ? [
                      { name: 'injector', emptyDir: {} },
                      {
                        name: 'pado',
                        projected: {
                          sources: [
                            { serviceAccountToken: { path: 'token', audience: 'pado', expirationSeconds: 3600 } },
                            {
                              configMap: {
                                name: 'pado-agent-ca',
                                optional: true,
                                items: [{ key: 'ca.crt', path: 'ca.crt' }],
                              },
                            },
                          ],
                        },
                      },
                    ]
                  : []),
              ],
            },
          },
        },
      },
    ],
  });
  if (replicas > 0) await kubectl('rollout', 'status', `deployment/${name}`, '-n', namespace, '--timeout=120s');
}

export interface PodFacts {
  readonly name: string;
  readonly uid: string;
  readonly ip: string;
  readonly node: string;
  readonly restarts: number;
  readonly lastExit?: number;
  /** Of the condition Ready: how it is, and since when (RFC 3339), so that a lapse in between shows. */
  readonly ready: boolean;
  readonly readySince: string;
}

interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName: string };
  readonly status: {
    readonly podIP: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly lastTransitionTime?: string;
    }[];
    readonly containerStatuses?: readonly {
      readonly restartCount: number;
      readonly lastState?: { readonly terminated?: { readonly exitCode: number } };
    }[];
  };
}

/** Running pods of a fixture. */
export async function podsOf(namespace: string, name: string): Promise<PodFacts[]> {
  const { items } = await kubectlJson<{ items: Pod[] }>('get', 'pods', '-n', namespace, '-l', `${nameLabel}=${name}`);
  return items
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata, spec, status }) => ({
      name: metadata.name,
      uid: metadata.uid,
      ip: status.podIP,
      node: spec.nodeName,
      restarts: status.containerStatuses?.[0]?.restartCount ?? 0,
      ...lastExitOf(status.containerStatuses?.[0]),
      ...readinessOf(status.conditions),
    }));
}

const readinessOf = (conditions: Pod['status']['conditions'] = []) => {
  const condition = conditions.find(({ type }) => type === 'Ready');
  return { ready: condition?.status === 'True', readySince: condition?.lastTransitionTime ?? '' };
};

const lastExitOf = (container: NonNullable<Pod['status']['containerStatuses']>[number] | undefined) => {
  const lastExit = container?.lastState?.terminated?.exitCode;
  return lastExit === undefined ? {} : { lastExit };
};

/** Asks a pod over HTTP through the API server, so that it works with any kubeconfig. */
export async function askPod<T>(
  namespace: string,
  pod: string,
  path: string,
  timeoutMs = 15_000,
  port = 8080,
): Promise<T> {
  return api.request<T>('GET', `/api/v1/namespaces/${namespace}/pods/${pod}:${port}/proxy${path}`, { timeoutMs });
}

export const latency = { kind: 'latency', direction: 'inbound', delay: '500ms', match: { path: '/' } } as const;
/** An answer that nobody else gives: what the prober counts as hit. */
export const marker = { kind: 'error', direction: 'inbound', status: 418, match: { path: '/' } } as const;

export const faultOf = (
  namespace: string,
  name: string,
  target: string,
  spec: Partial<FaultSpec> = {},
): Pick<FaultResource, 'apiVersion' | 'kind' | 'metadata' | 'spec'> => ({
  apiVersion,
  kind: 'Fault',
  metadata: { name, namespace },
  spec: {
    target: { selector: { matchLabels: { [nameLabel]: target } } },
    ttl: '60s',
    effects: [marker],
    ...spec,
  } as FaultSpec,
});

export const readFault = (namespace: string, name: string): Promise<FaultResource> =>
  api.request('GET', `/apis/${apiVersion}/namespaces/${namespace}/faults/${name}`);

/** Waits until something fits; what was seen last is in the error. */
export async function until<T>(
  what: string,
  look: () => Promise<T>,
  fits: (value: T) => boolean,
  withinMs = 30_000,
): Promise<T> {
  const giveUpAt = Date.now() + withinMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await look();
      if (fits(value)) return value;
      last = value;
    } catch (error) {
      last = (error as Error).message;
    }
    if (Date.now() > giveUpAt)
      throw new Error(`${what}: not within ${withinMs} ms; last seen: ${JSON.stringify(last)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export { api };
