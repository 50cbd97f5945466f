import type { Step } from '../context.ts';
import { kubeconfig } from '../steps/kubeconfig.ts';
import { isReachable, removeApps, removeBalancersAndVolumes } from './apps.ts';
import { removeCluster, removeKarpenterStack } from './cluster.ts';
import { removeKarpenter, removeKarpenterLeftovers, removeNodeClaims, removeStrayInstances } from './karpenter.ts';
import { removeLogs } from './logs.ts';

/** What `eks:down` does. The order is what keeps instances, roles and volumes from being left behind. */
export const removals: readonly Step[] = [
  { ...kubeconfig, isDone: async (context) => !(await isReachable(context)) },
  ...[removeApps, removeBalancersAndVolumes, removeNodeClaims, removeStrayInstances, removeKarpenter],
  ...[removeCluster, removeKarpenterLeftovers, removeKarpenterStack, removeLogs],
];
