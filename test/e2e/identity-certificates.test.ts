import { once } from 'node:events';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { names } from '@pado/fault';
import t, { type Test } from 'tap';
import { publishCa } from '../../agent/daemon/src/kubernetes/tls/publish-ca.ts';
import { createServing } from '../../agent/daemon/src/kubernetes/tls/serving.ts';
import { handClocks } from '../agent/daemon/kubernetes/tls/clocks.ts';
import { kubectl, kubectlJson, namespace } from './helpers/cluster.ts';
import { testApi } from './helpers/kube.ts';

interface Data {
  readonly data: Readonly<Record<string, string>>;
}

/** The part of an agent that makes and publishes certificates, with its CA in a namespace of the test. */
async function startAgent(t: Test, home: string, namespaces: () => Iterable<string>) {
  const api = await testApi();
  const stop = new AbortController();
  t.teardown(() => {
    stop.abort();
    api.close();
  });
  const warnings: string[] = [];
  const clock = handClocks(Date.now());
  const common = {
    api,
    clock,
    signal: stop.signal,
    log: (level: string, message: string) => {
      if (level !== 'info') warnings.push(message);
    },
  };
  const serving = await createServing({
    ...common,
    namespace: home,
    service: 'pado-agent',
    clusterDomain: 'cluster.local',
  });
  return {
    serving,
    warnings,
    clock,
    publisher: publishCa({ ...common, source: serving, namespaces, random: () => 0 }),
  };
}

const published = async (where: string): Promise<string | undefined> =>
  (await kubectlJson<Data>('get', 'configmap', names.caBundle, '-n', where)).data[names.caBundleKey];

t.test('ten agents that start together make one CA, and publish it wherever it is wanted', async (t) => {
  const [home, shop] = [await namespace(t), await namespace(t)];
  const agents = await Promise.all(Array.from({ length: 10 }, () => startAgent(t, home, () => [shop, home])));
  await Promise.all(agents.map(({ publisher }) => publisher.look()));
  const [agent] = agents;
  t.equal(new Set(agents.map(({ serving }) => serving.bundle())).size, 1);
  t.equal(await published(shop), agent?.serving.bundle());
  t.equal(await published(home), agent?.serving.bundle());
  t.same(
    agents.flatMap(({ warnings }) => warnings),
    [],
  );
  const { data } = await kubectlJson<Data>('get', 'secret', names.caSecret, '-n', home);
  t.same(Object.keys(data).sort(), ['current.crt', 'current.key']);
  t.equal(new Set(agents.map(({ serving }) => serving.secureContext().key)).size, 10, 'each has a key of its own');
});

t.test('an edit is undone; a namespace that ends is let go', async (t) => {
  const [home, shop] = [await namespace(t), await namespace(t)];
  const { publisher, serving, warnings, clock } = await startAgent(t, home, () => [shop]);
  await publisher.look();
  await kubectl('patch', 'configmap', names.caBundle, '-n', shop, '-p', '{"data":{"ca.crt":"mine"}}');
  await publisher.look();
  t.equal(await published(shop), serving.bundle());
  await kubectl('delete', 'namespace', shop, '--wait=true', '--timeout=120s');
  for (let look = 0; look < 5; look += 1) {
    clock.advance(300_000);
    await publisher.look();
  }
  t.same(warnings, ['the CA cannot be published']);
});

t.test('a client that trusts what was published reaches the agent', async (t) => {
  const home = await namespace(t);
  const { publisher, serving } = await startAgent(t, home, () => [home]);
  await publisher.look();
  const server = createServer(serving.secureContext(), (_request, response) => response.writeHead(204).end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const host = `pado-agent.${home}.svc`;
  const ask = request({ host: '127.0.0.1', port, servername: host, ca: await published(home), agent: false });
  ask.end();
  const [response] = await once(ask, 'response');
  t.equal(response.statusCode, 204);
  response.resume();
});
