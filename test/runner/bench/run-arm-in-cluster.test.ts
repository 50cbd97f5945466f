import { presets } from '@pado/kit/presets';
import t from 'tap';
import type { ArmRequest } from '../../../runner/src/bench/measure-run.ts';
import { type Namespace, runArmInCluster } from '../../../runner/src/bench/run-arm-in-cluster.ts';
import type { KubeClient } from '../../../runner/src/kubernetes/client.ts';

const ears = { signal: new AbortController().signal, listener() {} };
const request = (namespace?: string) =>
  ({ arm: { name: namespace ?? 'full', policies: presets.naive, ...(namespace && { namespace }) } }) as ArmRequest;

/** A cluster that has these Deployments, whose rollouts are complete at once. */
function cluster(names: readonly string[]) {
  const calls: string[] = [];
  let closed = 0;
  const client = {
    namespace: 'shop-a',
    async request(method: string, path: string, { query }: { query?: { labelSelector?: string } } = {}) {
      calls.push(`${method} ${path}${query?.labelSelector === undefined ? '' : ` ${query.labelSelector}`}`);
      const status = { observedGeneration: 2, replicas: 1, updatedReplicas: 1, availableReplicas: 1 };
      const one = { metadata: { name: 'x', generation: 2 }, spec: { replicas: 1 }, status };
      return query === undefined
        ? one
        : { items: names.map((name) => ({ ...one, metadata: { ...one.metadata, name } })) };
    },
  } as unknown as KubeClient;
  const open = async (): Promise<Namespace> => ({
    client,
    get environment(): never {
      throw new Error('the pods are fresh');
    },
    [Symbol.dispose]() {
      closed++;
    },
  });
  return { open, calls, closed: () => closed };
}

t.test('every Deployment of the shop, and nothing else, is replaced before the experiment begins', async (t) => {
  const { open, calls, closed } = cluster(['catalog', 'gateway']);
  await t.rejects(runArmInCluster(request('shop-a'), open, ears), { message: 'the pods are fresh' });
  t.equal(
    calls[0],
    'GET /apis/apps/v1/namespaces/shop-a/deployments app.kubernetes.io/part-of=shop,app.kubernetes.io/component=service',
  );
  t.same(
    calls.filter((call) => call.startsWith('PATCH')).sort(),
    ['catalog', 'gateway'].map((name) => `PATCH /apis/apps/v1/namespaces/shop-a/deployments/${name}`),
  );
  t.equal(closed(), 1, 'its port-forwards end, however the run does');
});

t.test('a namespace without the shop, and an arm that is none, are refused', async (t) => {
  const { open } = cluster([]);
  await t.rejects(runArmInCluster(request('shop-a'), open, ears), { code: 'ERR_PADO_NO_TARGET', message: /shop-a/ });
  await t.rejects(runArmInCluster(request(), open, ears), {
    code: 'ERR_PADO_USAGE',
    message: /namespace:NAME, not "full"/,
  });
});
