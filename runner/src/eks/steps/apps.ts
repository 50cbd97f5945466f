import { join } from 'node:path';
import { type Context, helm, kube, releases, type Step } from '../context.ts';
import { observersChart, versions } from '../versions.ts';

/** `registry:5000/pado:0.1.0` in two, or by digest. */
export function imageValues(image: string): string[] {
  const [, byDigest, digest] = /^(.+)@(sha256:[0-9a-f]{64})$/.exec(image) ?? [];
  if (byDigest !== undefined) return ['--set', `image.repository=${byDigest},image.digest=${digest}`];
  const [, repository = image, tag = 'latest'] = /^(.+):([^:/]+)$/.exec(image) ?? [];
  return ['--set', `image.repository=${repository},image.tag=${tag}`];
}

export const valuesFile = ({ root, cluster }: Context, chart: 'shop' | 'agent'): string =>
  join(root, 'charts/karpenter-nodes', `values-${chart}${cluster.form === 'fargate' ? '-fargate' : ''}.yaml`);

export const observers: Step = {
  name: 'observers',
  what: `kube-prometheus-stack ${versions.kubePrometheusStack} (Prometheus, Grafana) on the system nodes`,
  minutes: 4,
  isDone: async (context) => (await releases(context, 'monitoring')).has('kube-prometheus-stack'),
  act: async (context) =>
    void (await helm(
      ...([context, 'upgrade', '--install', 'kube-prometheus-stack', observersChart] as const),
      ...['--version', versions.kubePrometheusStack, '-n', 'monitoring', '--create-namespace'],
      ...['-f', join(context.root, 'charts/karpenter-nodes/values-observers.yaml'), '--wait', '--timeout', '10m'],
    )),
};

const ofProject = (name: string, chart: 'agent' | 'shop', namespace: string, what: string): Step => ({
  name: chart,
  what,
  minutes: 4,
  isDone: async (context) => (await releases(context, namespace)).has(name),
  async act(context) {
    // The runner's account is the agent's chart's, and lives in the namespace of its targets, which is not there yet.
    if ((await kube(context, 'get', 'namespace', 'shop', '--ignore-not-found', '-o', 'name')).trim() === '')
      await kube(context, 'create', 'namespace', 'shop');
    await helm(
      ...([context, 'upgrade', '--install', name, join(context.root, 'charts', chart)] as const),
      ...['-n', namespace, '--create-namespace', '-f', valuesFile(context, chart)],
      ...[...imageValues(context.image ?? ''), '--wait', '--timeout', '15m'],
    );
  },
});

export const agent: Step = ofProject(
  'pado',
  'agent',
  'pado',
  'the agent, and the account of the runner (charts/agent)',
);
/** Its pods ask for nodes of the pool `shop`, which Karpenter brings meanwhile. */
export const shop: Step = ofProject('shop', 'shop', 'shop', 'the shop (charts/shop)');
