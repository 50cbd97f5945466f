import t from 'tap';
import { connect } from '../../../runner/src/kubernetes/connect.ts';
import { findService, podBehind } from '../../../runner/src/kubernetes/service.ts';
import { fakeApi } from './fake-api.ts';

const places = [
  { namespace: 'shop', name: 'prometheus', ports: ['http'] },
  { namespace: 'monitoring', name: 'prometheus-operated', ports: ['web'] },
];

t.test('finds the first Service that is there, its port by name, and the port of a ready pod', async (t) => {
  const api = await fakeApi(t);
  const client = connect({ environment: { KUBECONFIG: api.kubeconfig }, context: undefined, namespace: undefined });
  t.teardown(() => client.close());
  await t.rejects(findService(client, places, 'name it'), {
    code: 'ERR_PADO_NOT_FOUND',
    message: 'there is no Service shop/prometheus, monitoring/prometheus-operated: name it',
  });
  const selector = { app: 'prometheus' };
  const ports = [
    { name: 'grpc', port: 10901 },
    { name: 'web', port: 9090, targetPort: 'web' },
  ];
  api.put('/api/v1/namespaces/monitoring/services/prometheus-operated', { metadata: {}, spec: { selector, ports } });
  const found = await findService(client, places, 'name it');
  t.match(found, { namespace: 'monitoring', port: 9090, targetPort: 'web', selector });
  await t.rejects(podBehind(client, found), {
    message: /no pod behind the Service monitoring\/prometheus-operated is ready/,
  });
  const pod = (name: string, status: string) =>
    api.put(`/api/v1/namespaces/monitoring/pods/${name}`, {
      metadata: { name, labels: selector },
      spec: { containers: [{ ports: [{ name: 'web', containerPort: 9091 }] }] },
      status: { conditions: [{ type: 'Ready', status }] },
    });
  pod('a', 'False');
  pod('b', 'True');
  t.same(await podBehind(client, found), { pod: 'b', port: 9091 });
  api.refuseBy(({ path }) =>
    path.includes('monitoring') ? { status: 403, body: { message: 'x cannot get resource' } } : undefined,
  );
  await t.rejects(findService(client, places, 'name it'), { code: 'ERR_PADO_NOT_FOUND' }, 'closed is not there');
});
