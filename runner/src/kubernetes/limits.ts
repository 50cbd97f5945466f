import { isPadoError, names, PadoError } from '@pado/fault';
import type { KubeClient } from './client.ts';
import type { ConfigMap } from './objects.ts';
import { paths } from './paths.ts';

export type Lever = 'engaged' | 'disengaged';

/** As the agent reads it: whatever is neither word counts as engaged. */
export function leverOf({ data = {} }: ConfigMap): Lever {
  const text = data.safetyLever?.trim() || 'disengaged';
  return text === 'disengaged' ? 'disengaged' : 'engaged';
}

/** The ConfigMap of limits in the agent's namespace. @throws PadoError ERR_PADO_NOT_FOUND that tells where it should be */
export const readLimits = (client: KubeClient, namespace: string): Promise<ConfigMap> =>
  client.request<ConfigMap>('GET', paths.configMaps(namespace, names.limits)).catch(explain(namespace));

export const setLever = (client: KubeClient, namespace: string, safetyLever: Lever): Promise<ConfigMap> =>
  client
    .request<ConfigMap>('PATCH', paths.configMaps(namespace, names.limits), { body: { data: { safetyLever } } })
    .catch(explain(namespace));

const explain = (namespace: string) => (error: unknown) => {
  if (!isPadoError(error) || error.code !== 'ERR_PADO_NOT_FOUND') throw error;
  const message = `there is no ConfigMap ${names.limits} in the namespace ${namespace}: is the agent elsewhere (--agent-namespace), or not installed (helm install pado charts/agent -n ${namespace} --create-namespace)?`;
  throw new PadoError('ERR_PADO_NOT_FOUND', message, { cause: error });
};
