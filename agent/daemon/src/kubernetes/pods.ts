import { keys } from '@pado/fault';
import type { KubeObject } from './api/kube-api.ts';

/** What the agent keeps of a pod: who it is. */
export interface Pod extends KubeObject {
  readonly metadata: KubeObject['metadata'] & { readonly uid: string; readonly namespace: string };
}

/** Pods with injection; a DaemonSet's agent sees those of its own node alone. */
export const podQuery = (node: string | undefined): Record<string, string> => ({
  labelSelector: `${keys.inject}=enabled`,
  ...(node === undefined ? {} : { fieldSelector: `spec.nodeName=${node}` }),
});

/** Name, uid and labels; a thousand pods with all their fields would be megabytes. */
export const projectPod = ({ metadata }: KubeObject): Pod => ({
  metadata: {
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    uid: metadata.uid ?? '',
    ...(metadata.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion }),
    labels: metadata.labels ?? {},
  },
});

/** Counts running pods that a selector chooses, on all nodes; by default those with injection. */
export type CountPods = (
  namespace: string,
  matchLabels: Readonly<Record<string, string>>,
  isInjected?: boolean,
) => Promise<number>;

/** A selector as the API server reads it; by default of pods with injection alone. */
export const selectorText = (matchLabels: Readonly<Record<string, string>>, isInjected = true): string =>
  [...Object.entries(matchLabels), ...(isInjected ? [[keys.inject, 'enabled']] : [])]
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
