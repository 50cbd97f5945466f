import type { Form } from '../cluster-file.ts';
import type { Step } from '../context.ts';
import { agent, observers, shop } from './apps.ts';
import { cluster } from './cluster.ts';
import { karpenter, karpenterIdentity, nodeAccess } from './karpenter.ts';
import { karpenterStack } from './karpenter-stack.ts';
import { kubeconfig } from './kubeconfig.ts';
import { nodes } from './nodes.ts';
import { addons, fargateProfiles, nodeGroups, runnerIdentity } from './parts.ts';

const base: Readonly<Record<Form, readonly Step[]>> = {
  nodes: [
    ...[karpenterStack, cluster, nodeGroups, addons, runnerIdentity, kubeconfig],
    ...[nodeAccess, karpenterIdentity, karpenter, nodes, observers],
  ],
  // The agent that gives pods their roles is a DaemonSet, and so are parts of the observers: neither is on Fargate.
  fargate: [cluster, fargateProfiles, addons, kubeconfig],
  auto: [cluster, addons, kubeconfig, nodes, observers],
};

/** What `eks:up` does, in order; agent and shop need an image that the cluster can pull. */
export const stepsOf = (form: Form, hasImage: boolean): readonly Step[] => [
  ...base[form],
  ...(hasImage ? [agent, shop] : []),
];
