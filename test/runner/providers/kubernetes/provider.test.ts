import { PadoError } from '@pado/fault';
import t from 'tap';
import type { KubeClient } from '../../../../runner/src/kubernetes/client.ts';
import { kubernetesProvider } from '../../../../runner/src/providers/kubernetes/provider.ts';

interface Call {
  readonly method: string;
  readonly path: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever a test looks at
  readonly body?: any;
  readonly query?: object;
}

/** The provider over a client that answers from a table and keeps what was asked. */
function over(answer: (call: Call) => unknown) {
  const calls: Call[] = [];
  const client = {
    namespace: 'shop',
    request: async (method: string, path: string, options: object = {}) => {
      const call = { method, path, ...options };
      calls.push(call);
      return answer(call);
    },
  } as unknown as KubeClient;
  const whereabouts = { environment: {}, read: () => undefined };
  return { calls, provider: kubernetesProvider(client, { note() {}, whereabouts }) };
}

const { signal } = new AbortController();
const missing = () => new PadoError('ERR_PADO_NOT_FOUND', 'pods "x" not found', { details: { status: 404 } });
const pod = (name: string, more: object = {}) => ({
  metadata: { name, namespace: 'shop', uid: `uid-${name}`, ...more },
  spec: { containers: [] },
});
const node = (name: string, labels: object = { 'pado.dev/allow': 'true' }, spec: object = {}) => ({
  metadata: { name, labels: { 'topology.kubernetes.io/zone': 'z', ...labels } },
  spec,
});
const isPrometheus = (query?: object) => JSON.stringify(query)?.includes('app.kubernetes.io/name=prometheus') === true;
const type = 'kubernetes';

t.test('pods are deleted by uid, with the grace that was asked for', async (t) => {
  const { calls, provider } = over(({ method }) => (method === 'GET' ? { items: [pod('a'), pod('b')] } : {}));
  const action = { type, action: 'delete-pods', labels: { app: 'x' }, mode: 'all', gracePeriod: '0s' } as const;
  t.match(await provider.act(action, signal), { output: { namespace: 'shop', pods: [String, String] } });
  t.same(calls[0]?.query, { labelSelector: 'app=x' });
  t.match(calls.slice(1), [
    { method: 'DELETE', body: { gracePeriodSeconds: 0, preconditions: { uid: /^uid-/ } } },
    { method: 'DELETE' },
  ]);
});

t.test('pods that are stopping already are not taken', async (t) => {
  const { provider } = over(() => ({ items: [pod('a', { deletionTimestamp: 'now' })] }));
  await t.rejects(provider.act({ type, action: 'delete-pods', labels: { app: 'x' } }, signal), {
    code: 'ERR_PADO_NO_TARGET',
    message: /no pod in the namespace shop has the labels/,
  });
});

t.test('an eviction waits for its budget, and then until the pod is gone', async (t) => {
  let refused = 0;
  const busy = new PadoError('ERR_PADO_KUBERNETES', 'would violate the budget', { details: { passing: true } });
  const { calls, provider } = over(({ method, path }) => {
    if (method === 'POST' && refused++ < 1) throw busy;
    if (method === 'GET' && path.endsWith('/pods')) return { items: [pod('a')] };
    if (method === 'GET') throw missing();
    return {};
  });
  const action = { type, action: 'evict-pods', labels: { app: 'x' } } as const;
  t.match(await provider.act(action, signal), { output: { pods: ['a'] } });
  t.equal(calls.filter(({ method }) => method === 'POST').length, 2);
});

t.test('a drain leaves daemons and mirrors, and tells at its deadline who is left and why', async (t) => {
  const busy = new PadoError('ERR_PADO_KUBERNETES', 'would violate the budget', { details: { passing: true } });
  const { calls, provider } = over(({ method, path, query }) => {
    if (method === 'POST') throw busy;
    if (isPrometheus(query)) return { items: [{ ...pod('prometheus'), spec: { nodeName: 'n2', containers: [] } }] };
    if (path === '/api/v1/pods') {
      const daemon = pod('daemon', { ownerReferences: [{ kind: 'DaemonSet' }] });
      const mirror = pod('mirror', { annotations: { 'kubernetes.io/config.mirror': 'x' } });
      return { items: [pod('a'), daemon, mirror] };
    }
    if (path === '/api/v1/nodes') return { items: [node('n1'), node('n2')] };
    return node('n1');
  });
  const action = { type, action: 'drain', node: 'n1', deadline: '1s' } as const;
  await t.rejects(provider.act(action, signal), {
    code: 'ERR_PADO_PROVIDER',
    message: /1 of 1 pods were still there after 1 s: shop\/a \(would violate the budget\)/,
  });
  t.match(
    calls.find(({ method }) => method === 'PATCH'),
    { path: '/api/v1/nodes/n1', body: { spec: { unschedulable: true } } },
  );
});

t.test('a taint keeps the others and the version that was read', async (t) => {
  const { calls, provider } = over(({ path, query }) => {
    if (isPrometheus(query)) return { items: [{ ...pod('prometheus'), spec: { nodeName: 'n2', containers: [] } }] };
    if (path === '/api/v1/pods') return { items: [] };
    if (path === '/api/v1/nodes') return { items: [node('n1'), node('n2')] };
    return {
      metadata: { ...node('n1').metadata, resourceVersion: '7' },
      spec: { taints: [{ key: 'old', effect: 'NoSchedule' }] },
    };
  });
  await provider.act({ type, action: 'taint', node: 'n1', key: 'new', value: 'v', effect: 'NoExecute' }, signal);
  t.match(calls.at(-1)?.body, {
    metadata: { resourceVersion: '7' },
    spec: { taints: [{ key: 'old' }, { key: 'new', value: 'v', effect: 'NoExecute' }] },
  });
});

t.test('probes give numbers, and a condition its status', async (t) => {
  const ready = { conditions: [{ type: 'Ready', status: 'True' }] };
  const { provider } = over(({ path }) => {
    if (path.endsWith('/pods')) return { items: [{ ...pod('a'), status: ready }, pod('b')] };
    if (path.endsWith('/endpointslices')) {
      return { items: [{ endpoints: [{ conditions: { ready: false } }, { conditions: {} }] }, {}] };
    }
    if (path === '/api/v1') return { resources: [{ kind: 'Node', name: 'nodes', namespaced: false }] };
    if (path === '/api/v1/nodes/n1') return { metadata: { name: 'n1' }, status: ready };
    const deployment = { metadata: { name: 'd' }, spec: { replicas: 3 }, status: { availableReplicas: 1 } };
    if (path.endsWith('/deployments')) return { items: [deployment, { ...deployment, spec: {} }, deployment] };
    return deployment;
  });
  const ask = async (probe: object) => (await provider.ask({ type, ...probe } as never, signal)).output;
  t.equal(await ask({ probe: 'pods-ready', labels: { app: 'x' } }), 1);
  t.equal(await ask({ probe: 'endpoints', service: 'x' }), 1);
  t.equal(await ask({ probe: 'deployment-available', deployment: 'd' }), 1);
  t.equal(await ask({ probe: 'deployment-missing', deployment: 'd' }), 2);
  t.equal(await ask({ probe: 'replicas-missing', labels: { app: 'x' } }), 4);
  t.equal(await ask({ probe: 'condition', kind: 'Node', name: 'n1', condition: 'Ready' }), 'True');
  t.equal(await ask({ probe: 'condition', kind: 'Node', name: 'n1', condition: 'Odd' }), null);
  await t.rejects(ask({ probe: 'condition', kind: 'Odd', name: 'n1', condition: 'Ready' }), /needs its `apiVersion`/);
});

t.test('where there is no Deployment nobody knows what is missing', async (t) => {
  const { provider } = over(() => ({ items: [] }));
  const { output } = await provider.ask({ type, probe: 'replicas-missing', labels: { app: 'x' } }, signal);
  t.equal(output, null);
});

t.test('what is not there was observed; what may not be asked was not', async (t) => {
  const scale = { type, action: 'scale', deployment: 'd', replicas: 0 } as const;
  await t.rejects(
    over(() => {
      throw missing();
    }).provider.act(scale, signal),
    { code: 'ERR_PADO_PROVIDER' },
  );
  const forbidden = () => {
    throw new PadoError('ERR_PADO_FORBIDDEN', 'no');
  };
  await t.rejects(over(forbidden).provider.act(scale, signal), { code: 'ERR_PADO_FORBIDDEN' });
});
