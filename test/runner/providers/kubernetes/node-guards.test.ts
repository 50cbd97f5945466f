import { PadoError } from '@pado/fault';
import t from 'tap';
import type { KubernetesAction } from '../../../../runner/src/experiment/schema.ts';
import type { KubeClient } from '../../../../runner/src/kubernetes/client.ts';
import { kubernetesProvider } from '../../../../runner/src/providers/kubernetes/provider.ts';
import type { Whereabouts } from '../../../../runner/src/providers/protected.ts';

const allowed = { 'pado.dev/allow': 'true' };
const node = (name: string, labels: object = allowed, more: object = {}) => ({ metadata: { name, labels }, ...more });
const pod = (name: string, nodeName: string, namespace = 'shop', labels: object = {}) => ({
  metadata: { name, namespace, labels },
  spec: { nodeName, containers: [] },
});
const { signal } = new AbortController();

interface Cluster {
  readonly nodes?: readonly object[];
  readonly pods?: readonly ReturnType<typeof pod>[];
  readonly prometheus?: () => readonly object[];
  readonly whereabouts?: Partial<Whereabouts>;
}

/** Four nodes that may be harmed, and what was changed and told. */
function over({
  nodes = ['n1', 'n2', 'n3', 'n4'].map((name) => node(name)),
  pods = [pod('orders', 'n1'), pod('agent', 'n1', 'pado'), pod('cart', 'n2')],
  prometheus = () => [pod('prometheus', 'n4')],
  whereabouts = {},
}: Cluster = {}) {
  const changed: string[] = [];
  const notes: string[] = [];
  const client = {
    namespace: 'shop',
    request: async (
      method: string,
      path: string,
      options: { query?: { labelSelector?: string; fieldSelector?: string } } = {},
    ) => {
      if (method !== 'GET') {
        changed.push(`${method} ${path}`);
        return {};
      }
      if (path === '/api/v1/nodes') return { items: nodes };
      if (path.startsWith('/api/v1/nodes/'))
        return nodes.find((one) => path.endsWith((one as ReturnType<typeof node>).metadata.name));
      if (options.query?.labelSelector === 'app.kubernetes.io/name=prometheus') return { items: prometheus() };
      if (path === '/api/v1/namespaces/shop/pods/run') return pod('run', 'n2');
      return { items: pods.filter(({ spec }) => options.query?.fieldSelector === `spec.nodeName=${spec.nodeName}`) };
    },
  } as unknown as KubeClient;
  const options = {
    note: (text: string) => notes.push(text),
    whereabouts: { environment: {}, read: () => undefined, ...whereabouts },
  };
  return { changed, notes, ...kubernetesProvider(client, options) };
}

const deletion = (more: object = {}): KubernetesAction =>
  ({ type: 'kubernetes', action: 'delete-node', node: 'n1', ...more }) as KubernetesAction;

t.test('the blast radius is told before anything is changed', async (t) => {
  const { act, notes, changed } = over();
  const { output } = await act(deletion(), signal);
  const blastRadius =
    'n1 (zone unknown, 2 pods, 1 of them in shop): 1 of 4 (25%) that carry pado.dev/allow=true, 1 of 4 (25%) nodes';
  t.same(notes, [`blast radius of delete-node: ${blastRadius}`]);
  t.same(output, { nodes: ['n1'], blastRadius }, 'and is in the journal');
  t.same(changed, ['DELETE /api/v1/nodes/n1']);
});

const refusals: readonly (readonly [string, Cluster, object, RegExp])[] = [
  [
    'a node without the label',
    { nodes: [node('n1', {}), node('n2')] },
    {},
    /n1 carry no label pado\.dev\/allow=true.*kubectl label nodes n1 pado\.dev\/allow=true/,
  ],
  [
    'more than may be harmed at a time',
    {},
    { node: undefined, labels: {}, mode: 'all' },
    /would be 4 nodes, and guards\.maxCount is 1/,
  ],
  [
    'too large a share',
    {},
    { node: undefined, labels: {}, mode: 'all', guards: { maxCount: 9 } },
    /4 of the 4 nodes that carry the label \(100%\), and guards\.maxPercent is 50/,
  ],
  [
    'the node of the run, by NODE_NAME',
    { whereabouts: { environment: { NODE_NAME: 'n1' } } },
    {},
    /this run itself is on n1/,
  ],
  [
    'the node of the run, by its pod',
    { whereabouts: { environment: { KUBERNETES_SERVICE_HOST: '10.0.0.1', HOSTNAME: 'run' } } },
    { node: 'n2' },
    /this run itself is on n2/,
  ],
  [
    'the node of the run, by its instance',
    {
      nodes: [node('n1', allowed, { spec: { providerID: 'aws:///z/i-0a' } }), node('n2')],
      whereabouts: { read: () => 'i-0a' },
    },
    {},
    /this run itself is on n1/,
  ],
  [
    'the node of Prometheus',
    { prometheus: () => [pod('prometheus', 'n1')] },
    {},
    /Prometheus is on n1\. Choose another/,
  ],
  [
    'a Prometheus that is nowhere to be seen',
    { prometheus: () => [] },
    {},
    /no pod of the cluster has the label app\.kubernetes\.io\/name=prometheus.*unchecked: \[prometheus\]/,
  ],
  [
    'the node of the load of a run',
    { pods: [pod('k6', 'n1', 'shop', { 'app.kubernetes.io/name': 'load', 'app.kubernetes.io/managed-by': 'pado' })] },
    {},
    /this run itself is on n1/,
  ],
  [
    'the node of the run, by NODE_NAME, where instances are not known',
    { whereabouts: { environment: { NODE_NAME: 'n1' }, read: () => 'i-0a' } },
    {},
    /this run itself is on n1/,
  ],
  [
    'the last that works, where another is cordoned already',
    { nodes: [node('n1'), node('n2', allowed, { spec: { unschedulable: true } }), node('n3')] },
    {},
    /would be 2 nodes, 1 of them harmed before/,
  ],
  [
    'the last that works, where another is not ready',
    {
      nodes: [
        node('n1'),
        node('n2', allowed, { status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } }),
        node('n3'),
      ],
    },
    {},
    /would be 2 nodes, 1 of them harmed before/,
  ],
  [
    'what nobody can say',
    {
      prometheus: () => {
        throw new PadoError('ERR_PADO_FORBIDDEN', 'may not list pods');
      },
    },
    {},
    /nobody can say that it would not hit Prometheus: .*may not list pods.*guards: \{unchecked: \[prometheus\]\}/,
  ],
];
for (const [what, cluster, more, message] of refusals) {
  t.test(`refused, and nothing is changed: ${what}`, async (t) => {
    const { act, changed } = over(cluster);
    for (const action of ['delete-node', 'drain']) {
      await t.rejects(act(deletion({ action, ...more }), signal), { code: 'ERR_PADO_REFUSED', message });
    }
    const taint = { action: 'taint', key: 'k', effect: 'NoExecute' };
    await t.rejects(act(deletion({ ...taint, ...more }), signal), { code: 'ERR_PADO_REFUSED', message });
    t.same(changed, []);
  });
}

t.test('what moves no pod needs no label', async (t) => {
  const { act, changed } = over({ nodes: [node('n1', {})] });
  await act(deletion({ action: 'cordon' }), signal);
  await act(deletion({ action: 'taint', key: 'k', effect: 'NoSchedule' }), signal);
  t.equal(changed.length, 2);
});

t.test('what a run has harmed counts until it is given back', async (t) => {
  const { act, changed } = over({ pods: [] });
  const drain = { action: 'drain', deadline: '1s' };
  await act(deletion(drain), signal);
  await t.rejects(act(deletion({ ...drain, node: 'n2' }), signal), {
    code: 'ERR_PADO_REFUSED',
    message: /would be 2 nodes, 1 of them harmed before/,
  });
  await act(deletion({ action: 'uncordon' }), signal);
  await act(deletion({ ...drain, node: 'n2' }), signal);
  t.same(changed, ['PATCH /api/v1/nodes/n1', 'PATCH /api/v1/nodes/n1', 'PATCH /api/v1/nodes/n2']);
});

t.test('an uncordon gives back no node that was tainted', async (t) => {
  const { act } = over({ pods: [] });
  await act(deletion({ action: 'taint', key: 'k', effect: 'NoExecute' }), signal);
  await act(deletion({ action: 'uncordon' }), signal);
  await t.rejects(act(deletion({ action: 'drain', node: 'n2' }), signal), { code: 'ERR_PADO_REFUSED' });
});

t.test('who knows better says so', async (t) => {
  const { act, changed } = over({
    prometheus: () => {
      throw new PadoError('ERR_PADO_FORBIDDEN', 'may not list pods');
    },
  });
  await act(deletion({ guards: { unchecked: ['prometheus'] } }), signal);
  t.same(changed, ['DELETE /api/v1/nodes/n1']);
});
