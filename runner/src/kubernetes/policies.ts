import type { KubeClient } from './client.ts';
import type { ConfigMap, List } from './objects.ts';
import { paths } from './paths.ts';

/** Where nothing tells the policies' name. */
const unknown = 'kubernetes';

/** The name of the policies that the shop's chart has put into the namespace; `kubernetes` where there are none to read. */
export async function policiesName(client: KubeClient): Promise<string> {
  const query = { labelSelector: 'app.kubernetes.io/component=policies' };
  try {
    const { items } = await client.request<List<ConfigMap>>('GET', paths.configMaps(client.namespace), { query });
    const document: unknown = JSON.parse(items[0]?.data?.['policies.json'] ?? '{}');
    const preset =
      typeof document === 'object' && document !== null && 'preset' in document ? document.preset : undefined;
    return typeof preset === 'string' && preset !== '' ? preset : unknown;
  } catch {
    return unknown; // a runner inside the cluster may not read ConfigMaps; only the journal's heading depends on it
  }
}
