import { type Context, helm, kube, type Step } from '../context.ts';
import { describeCluster } from '../describe-cluster.ts';

/** Without a control plane there is nothing to ask; what is outside is looked for by its tags. */
export const isReachable = async (context: Context): Promise<boolean> =>
  ['ACTIVE', 'UPDATING'].includes((await describeCluster(context))?.status ?? '');

const apps = [
  ['shop', 'shop'],
  ['pado', 'pado'],
  ['kube-prometheus-stack', 'monitoring'],
] as const;

/** First, since budgets and pods that cannot move would hold up the draining of nodes. */
export const removeApps: Step = {
  name: 'apps',
  what: 'uninstalls shop, agent and observers',
  minutes: 2,
  isDone: async (context) => !(await isReachable(context)),
  async act(context) {
    for (const [release, namespace] of apps)
      await helm(context, 'uninstall', release, '-n', namespace, '--ignore-not-found', '--wait', '--timeout', '5m');
  },
};

/** What the cluster has made at AWS by itself: nobody else would remove it. */
export const removeBalancersAndVolumes: Step = {
  name: 'balancers-and-volumes',
  what: 'deletes Services of type LoadBalancer and PersistentVolumeClaims, and with them what they have at AWS',
  minutes: 3,
  isDone: async (context) => !(await isReachable(context)),
  async act(context) {
    const { items } = JSON.parse(await kube(context, 'get', 'services', '-A', '-o', 'json')) as {
      items: { metadata: { name: string; namespace: string }; spec: { type: string } }[];
    };
    for (const { metadata } of items.filter(({ spec }) => spec.type === 'LoadBalancer'))
      await kube(context, 'delete', 'service', metadata.name, '-n', metadata.namespace, '--timeout=5m');
    await kube(context, 'delete', 'persistentvolumeclaims', '--all', '-A', '--timeout=5m');
  },
};
