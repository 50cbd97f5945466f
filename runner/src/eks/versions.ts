/** What `eks:up` installs and what it needs, in one place. */
export const versions = {
  /** Kubernetes 1.35 needs 1.9 or later; the chart's CRDs are the ones that charts/karpenter-nodes is tested against. */
  karpenter: '1.14.1',
  kubePrometheusStack: '88.4.0',
} as const;

export const karpenterTemplate = `https://raw.githubusercontent.com/aws/karpenter-provider-aws/v${versions.karpenter}/website/content/en/preview/getting-started/getting-started-with-karpenter/cloudformation.yaml`;
export const karpenterChart = 'oci://public.ecr.aws/karpenter/karpenter';
export const observersChart = 'oci://ghcr.io/prometheus-community/charts/kube-prometheus-stack';

/** The oldest that will do, how to ask, and where to get it. */
export const tools = {
  aws: { least: '2.15.0', args: ['--version'], from: 'https://docs.aws.amazon.com/cli/latest/userguide/' },
  eksctl: { least: '0.230.0', args: ['version'], from: 'https://eksctl.io/installation' },
  kubectl: { least: '1.34.0', args: ['version', '--client'], from: 'https://kubernetes.io/docs/tasks/tools' },
  helm: { least: '3.16.0', args: ['version', '--short'], from: 'https://helm.sh/docs/intro/install' },
} as const;
