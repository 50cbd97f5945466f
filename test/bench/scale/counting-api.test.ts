import t from 'tap';
import { type KubeApi, KubeError, type RequestOptions } from '../../../agent/daemon/src/kubernetes/api/kube-api.ts';
import { countingApi, resourceIn } from './harness/counting-api.ts';

t.test('a path is named by its resource', async (t) => {
  t.equal(resourceIn('/api/v1/namespaces'), 'namespaces');
  t.equal(resourceIn('/api/v1/pods'), 'pods');
  t.equal(resourceIn('/apis/pado.dev/v1alpha1/namespaces/shop/faultreports/slow.node1'), 'faultreports');
  t.equal(resourceIn('/apis/pado.dev/v1alpha1/namespaces/shop/faults/slow/status'), 'faults/status');
  t.equal(resourceIn('/apis/coordination.k8s.io/v1/namespaces/pado/leases/pado-agent-leader'), 'leader');
  t.equal(resourceIn('/apis/coordination.k8s.io/v1/namespaces/pado/leases/pado-1-0'), 'leases');
  t.equal(resourceIn('/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases'), 'node leases');
  t.equal(resourceIn('/api/v1/namespaces/shop/configmaps/pado-agent-ca'), 'ca');
});

t.test('counts what is asked, and confines to one namespace what is asked of all', async (t) => {
  const asked: string[] = [];
  const counted: string[] = [];
  const api: KubeApi = {
    request: async <T>(method: string, path: string, { query = {} }: RequestOptions = {}) => {
      asked.push(`${method} ${path} ${new URLSearchParams(query as Record<string, string>)}`);
      if (method === 'POST') throw new KubeError(409, 'AlreadyExists', path);
      return {} as T;
    },
    watch: async (path, { query }) => void asked.push(`watch ${path} ${query.fieldSelector}`),
    serverNow: () => undefined,
    close: () => {},
  };
  const counting = countingApi(api, 'mine', { onRequest: (what) => counted.push(what) });
  await counting.request('GET', '/api/v1/pods', { query: { fieldSelector: 'spec.nodeName=a' } });
  await counting.request('GET', '/apis/pado.dev/v1alpha1/faults');
  await counting.request('GET', '/apis/coordination.k8s.io/v1/namespaces/mine/leases/pado-1-0');
  await t.rejects(counting.request('POST', '/apis/coordination.k8s.io/v1/namespaces/mine/leases'));
  await counting.watch('/api/v1/namespaces', { query: {}, onEvent: () => {}, signal: new AbortController().signal });
  t.same(counted, [
    ...['LIST pods', 'LIST faults', 'GET leases', 'POST leases', 'refused 409 POST leases', 'WATCH namespaces'],
  ]);
  t.match(asked, [
    /pods fieldSelector=spec.nodeName%3Da$/,
    /faults fieldSelector=metadata.namespace%3Dmine$/,
    /pado-1-0 $/,
    /leases $/,
    /^watch \/api\/v1\/namespaces metadata.name=mine$/,
  ]);
});
