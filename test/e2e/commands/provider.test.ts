import t from 'tap';
import { connect } from '../../../runner/src/kubernetes/connect.ts';
import { kubernetesProvider } from '../../../runner/src/providers/kubernetes/provider.ts';
import { thisMachine } from '../../../runner/src/providers/protected.ts';
import { apply, kubectlJson, namespace } from '../helpers/cluster.ts';
import { deploy } from '../helpers/targets.ts';

t.setTimeout(300_000);
const ns = await namespace(t, 'pado-provider');
const client = connect({ environment: process.env, context: undefined, namespace: ns });
t.teardown(() => client.close());
const { ask, act } = kubernetesProvider(client, { note() {}, whereabouts: thisMachine(process.env) });
const { signal } = new AbortController();
const type = 'kubernetes';
const labels = { 'app.kubernetes.io/name': 'web' };
// biome-ignore lint/suspicious/noExplicitAny: a probe or an action of any kind
const value = async (probe: any) => (await ask({ type, ...probe }, signal)).output;
// biome-ignore lint/suspicious/noExplicitAny: a probe or an action of any kind
const output = async (action: any): Promise<any> => (await act({ type, ...action }, signal)).output;
const podNames = async () =>
  (await kubectlJson<{ items: { metadata: { name: string } }[] }>('get', 'pods', '-n', ns)).items.map(
    ({ metadata }) => metadata.name,
  );

await deploy(ns, 'web', { replicas: 2, injected: false });

t.test('probes see what kubectl sees', async (t) => {
  t.equal(await value({ probe: 'pods-ready', labels }), 2);
  t.equal(await value({ probe: 'pods-restarted', labels }), 0);
  t.equal(await value({ probe: 'deployment-available', deployment: 'web' }), 2);
  t.equal(await value({ probe: 'deployment-missing', deployment: 'web' }), 0);
  t.equal(await value({ probe: 'endpoints', service: 'web' }), 2);
  t.equal(await value({ probe: 'condition', kind: 'Deployment', name: 'web', condition: 'Available' }), 'True');
  const { items } = await kubectlJson<{ items: { metadata: { name: string } }[] }>('get', 'nodes');
  t.equal(await value({ probe: 'nodes-ready' }), items.length);
  await t.rejects(value({ probe: 'deployment-available', deployment: 'nothing' }), { code: 'ERR_PADO_PROVIDER' });
});

t.test('a rollout replaces every pod, and is waited for', async (t) => {
  const before = await podNames();
  await output({ action: 'rollout-restart', deployment: 'web', wait: true, deadline: '2m' });
  t.equal(await value({ probe: 'deployment-missing', deployment: 'web' }), 0);
  const { pods } = await output({ action: 'delete-pods', labels, mode: 'one', gracePeriod: '0s' });
  t.equal(pods.length, 1);
  t.notOk(before.includes(pods[0]), 'it is a new one');
  t.notOk((await podNames()).includes(pods[0]));
});

t.test('a budget holds an eviction up until the deadline, and is told', async (t) => {
  await apply({
    ...{ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'all', namespace: ns } },
    spec: { maxUnavailable: 0, selector: { matchLabels: labels } },
  });
  const eviction = output({ action: 'evict-pods', labels, mode: 'all', deadline: '3s' });
  await t.rejects(eviction, { code: 'ERR_PADO_PROVIDER', message: /pods were still there after 3 s: .*budget/ });
  await client.request('DELETE', `/apis/policy/v1/namespaces/${ns}/poddisruptionbudgets/all`);
  const { pods } = await output({ action: 'evict-pods', labels, mode: 'one', deadline: '90s' });
  t.equal(pods.length, 1);
  t.notOk((await podNames()).includes(pods[0]));
});

t.test('scale says what was there before', async (t) => {
  t.match(await output({ action: 'scale', deployment: 'web', replicas: 0 }), { replicas: 0, before: 2 });
  const web = await kubectlJson<{ spec: { replicas: number } }>('get', 'deployment', 'web', '-n', ns);
  t.equal(web.spec.replicas, 0);
});

t.test('a node that does not exist is told before anything is changed', async (t) => {
  await t.rejects(output({ action: 'cordon', node: 'no-such-node' }), {
    code: 'ERR_PADO_PROVIDER',
    message: /not found/,
  });
  await t.rejects(output({ action: 'drain', labels: { no: 'such' } }), { code: 'ERR_PADO_NO_TARGET' });
});
