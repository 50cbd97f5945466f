import t from 'tap';
import { readConfig } from '../../../../agent/daemon/src/kubernetes/config.ts';

const env = {
  KUBERNETES_SERVICE_HOST: '10.96.0.1',
  KUBERNETES_SERVICE_PORT: '443',
  PADO_NODE_NAME: 'node1',
  PADO_POD_NAME: 'pado-agent-x',
  PADO_NAMESPACE: 'pado',
};

t.test('reads what the chart sets, with the defaults of the chart', (t) => {
  t.match(readConfig(env), {
    ...{ node: 'node1', pod: 'pado-agent-x', namespace: 'pado', service: 'pado-agent' },
    ...{ clusterDomain: 'cluster.local', port: 4_600, probePort: 4_601, server: new URL('https://10.96.0.1') },
  });
  t.end();
});

t.test('without a node it is one of several agents for any pod; an address may be of IPv6', (t) => {
  const { PADO_NODE_NAME: _, ...others } = env;
  t.equal(readConfig({ ...others, KUBERNETES_SERVICE_HOST: 'fd00::1' }).node, undefined);
  t.equal(readConfig({ ...others, KUBERNETES_SERVICE_HOST: 'fd00::1' }).server.host, '[fd00::1]');
  t.end();
});

t.test('every wrong variable is told at once', (t) => {
  t.throws(() => readConfig({ PADO_PORT: '0', PADO_NAMESPACE: 'Not a name' }), {
    code: 'ERR_PADO_USAGE',
    message:
      /PADO_POD_NAME[\s\S]*PADO_NAMESPACE: "Not a name"|KUBERNETES_SERVICE_HOST[\s\S]*PADO_POD_NAME[\s\S]*PADO_NAMESPACE[\s\S]*PADO_PORT/,
  });
  t.end();
});
