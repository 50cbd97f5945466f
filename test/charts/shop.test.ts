import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import t from 'tap';
import { parse } from 'yaml';
import { commonConfig, databaseConfig, peerVariable } from '../../services/kit/src/config.ts';
import { policySchema } from '../../services/kit/src/resilience/policy.ts';
import { presets } from '../../services/kit/src/resilience/presets.ts';
import { readmeFile, valuesFile, withTable } from '../helpers/chart-readme.ts';
import { chartFolder, type Manifest, manifests, noHelm, valuesFiles } from '../helpers/helm-template.ts';

const skip = await noHelm();
const services = ['gateway', 'catalog', 'cart', 'orders', 'payments', 'inventory', 'shipping', 'recommendations'];
const operators = [
  ...['--api-versions', 'monitoring.coreos.com/v1/ServiceMonitor'],
  ...['--api-versions', 'k6.io/v1alpha1/TestRun'],
];
const render = (values: Record<string, unknown> = {}, ...args: string[]): Promise<Manifest[]> =>
  manifests(
    'shop',
    ...Object.entries(values).flatMap(([path, value]) => ['--set-json', `${path}=${JSON.stringify(value)}`]),
    ...args,
  );
/** The one that has to be there. */
function get(all: readonly Manifest[], kind: string, name: string): Manifest {
  const found = all.find((one) => one.kind === kind && one.metadata.name === name);
  if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
  return found;
}
const file = (path: string): Promise<string> => readFile(`${chartFolder('shop')}${path}`, 'utf8');

interface Definition {
  readonly peers: readonly string[];
  readonly database?: unknown;
}
const definitionOf = async (name: string): Promise<Definition> => {
  const module = (await import(`../../services/${name}/src/app.ts`)) as Record<string, Definition>;
  return module[name] as Definition;
};

t.test('README lists the values with their own words', async (t) => {
  const readme = await readFile(readmeFile('shop'), 'utf8');
  t.equal(readme, withTable(readme, await readFile(valuesFile('shop'), 'utf8')), 'node test/helpers/chart-readme.ts');
});

t.test('what it holds of other rooms is in step with them', async (t) => {
  const path = new URL('../../charts/shop/generate.ts', import.meta.url).href;
  const { generated } = (await import(path)) as { generated: () => Promise<ReadonlyMap<string, string>> };
  for (const [name, text] of await generated()) {
    // JSON is formatted by hand or by a tool; what it says is what counts.
    const said = (source: string) => (name.endsWith('.json') ? JSON.parse(source) : source);
    t.same(said(await file(name)), said(text), `${name}: node charts/shop/generate.ts`);
  }
});

t.test('peers and databases are those of the code', async (t) => {
  const values = parse(await file('values.yaml')) as {
    services: Record<string, { peers: string[]; database: boolean }>;
  };
  t.same(Object.keys(values.services).sort(), [...services].sort());
  for (const name of services) {
    const { peers, database } = await definitionOf(name);
    t.same(values.services[name]?.peers.sort(), [...peers].sort(), name);
    t.equal(values.services[name]?.database, database !== undefined, name);
  }
});

t.test('the schema allows a service what it allows the defaults, and nothing else', { skip }, async (t) => {
  await t.resolves(render({ 'services.payments.replicas': 2, 'services.orders.env': { SHOP_DB_POOL_MAX: 4 } }));
  for (const [path, value] of Object.entries({
    'services.payment': { peers: [], database: true },
    'services.payments.replica': 2,
    'defaults.replicas': -1,
    'policies.preset': 'strict',
    'policies.services': { orders: { payments: { deadline: 200 } } },
    'database.url': 'mysql://db',
    'image.digest': 'sha256:1',
    'load.mode': 'pod',
  })) {
    const error = await render({ [path]: value }).then(
      () => '',
      ({ stderr }: { stderr: string }) => stderr,
    );
    t.match(error, `/${path.split('.')[0]}`, path);
  }
});

t.test('every service is given what its configuration asks for', { skip }, async (t) => {
  const all = await render();
  for (const name of services) {
    const { peers, database } = await definitionOf(name);
    const [app] = get(all, 'Deployment', name).spec.template.spec.containers;
    const env = app.env.map((one: { name: string }) => one.name);
    t.equal(app.name, 'app', 'the name that faults select a container by');
    for (const peer of peers) t.ok(env.includes(peerVariable(peer)), `${name}: ${peerVariable(peer)}`);
    for (const variable of ['SHOP_HOST', 'SHOP_PORT', 'SHOP_POLICIES_FILE']) {
      t.ok(variable in commonConfig.properties && env.includes(variable), `${name}: ${variable}`);
    }
    t.equal(env.includes('SHOP_DATABASE_URL'), database !== undefined, name);
    t.match(get(all, 'Service', name).spec, { ports: [{ port: 8080 }] });
  }
  t.ok('SHOP_DATABASE_URL' in databaseConfig.properties);
});

t.test('injection is complete, or leaves no trace', { skip }, async (t) => {
  const { spec, metadata } = get(await render(), 'Deployment', 'payments').spec.template;
  t.equal(metadata.labels['pado.dev/inject'], 'enabled');
  t.match(spec.initContainers[0], { command: ['cp', '/app/injector/injector.cjs', '/pado/injector.cjs'] });
  const env = Object.fromEntries(
    spec.containers[0].env.map((one: { name: string; value?: string }) => [one.name, one]),
  );
  t.match(env, {
    NODE_OPTIONS: { value: '--require=/pado/injector.cjs' },
    PADO_AGENT_URL: { value: 'https://pado-agent.pado.svc:4600' },
    PADO_AGENT_TOKEN_FILE: { value: '/var/run/secrets/pado/token' },
    PADO_AGENT_CA_FILE: { value: '/var/run/secrets/pado/ca.crt' },
    PADO_NAME: { value: 'payments' },
    PADO_LABELS: { value: 'pado.dev/container=app' },
    PADO_POD_UID: { valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } },
  });
  t.match(spec.volumes.find((one: { name: string }) => one.name === 'pado').projected.sources, [
    { serviceAccountToken: { audience: 'pado', expirationSeconds: 3600, path: 'token' } },
    { configMap: { name: 'pado-agent-ca', optional: true } },
  ]);
  t.notMatch(JSON.stringify(await render({ 'injection.enabled': false })), /pado\.dev|PADO_|NODE_OPTIONS|pado-agent/);
});

t.test(
  'policies: a preset, entries that replace its own, and a revision that changes with them',
  { skip },
  async (t) => {
    const validate = new Ajv({ strict: false }).compile(policySchema);
    const policies = async (values: Record<string, unknown>) => {
      const text = get(await render(values), 'ConfigMap', 'pado-shop-policies').data['policies.json'];
      const document = JSON.parse(text);
      t.ok(validate(document), JSON.stringify(validate.errors));
      return document;
    };
    const naive = await policies({});
    t.same({ ...naive, revision: '' }, { ...presets.naive, revision: '' });
    const standard = await policies({ 'policies.preset': 'standard' });
    t.same({ ...standard, revision: '' }, { ...presets.standard, servers: {}, revision: '' });
    const own = await policies({
      'policies.preset': 'standard',
      'policies.services': { orders: { payments: { deadlineMs: 300 } }, '*': { catalog: {} } },
    });
    t.same(own.services.orders, { ...presets.standard.services.orders, payments: { deadlineMs: 300 } });
    t.same(own.services['*'], { catalog: {} });
    const served = await policies({
      'policies.preset': 'full',
      'policies.servers': { catalog: { dropAbandoned: true } },
    });
    t.same(served.servers, { ...presets.full.servers, catalog: { dropAbandoned: true } });
    t.equal(new Set([naive, standard, own].map(({ revision }) => revision)).size, 3);
  },
);

t.test('a change of policies restarts nothing', { skip }, async (t) => {
  const deployments = async (preset: string) =>
    (await render({ 'policies.preset': preset })).filter(({ kind }) => kind === 'Deployment');
  t.same(await deployments('standard'), await deployments('naive'));
});

t.test('a budget for disruptions comes with the second replica, and never blocks a drain', { skip }, async (t) => {
  t.notOk((await render()).some(({ kind }) => kind === 'PodDisruptionBudget'));
  const budgets = (await render({ 'services.payments.replicas': 2, 'services.cart.hpa': { enabled: true } })).filter(
    ({ kind }) => kind === 'PodDisruptionBudget',
  );
  t.same(budgets.map(({ metadata }) => metadata.name).sort(), ['cart', 'payments']);
  for (const { spec } of budgets) t.match(spec, { maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' });
});

t.test('the network lets through the call graph alone', { skip }, async (t) => {
  const all = await render({ 'networkPolicy.enabled': true });
  const names = (peers: unknown) =>
    [...JSON.stringify(peers).matchAll(/kubernetes\.io\/name":"([^"]+)/g)].map((m) => m[1]);
  const { ingress, egress } = get(all, 'NetworkPolicy', 'payments').spec;
  t.same(names(ingress), ['prometheus', 'orders']);
  t.same(names(egress), ['postgres', 'pado-agent']);
  t.same(names(get(all, 'NetworkPolicy', 'gateway').spec.ingress), [], 'open to all');
  t.same(names(get(all, 'NetworkPolicy', 'recommendations').spec.egress), ['catalog', 'pado-agent']);
  t.notMatch(names(get(all, 'NetworkPolicy', 'postgres').spec.ingress), ['gateway']);
});

t.test('before Kubernetes 1.30, which has no sleep action, a command sleeps', { skip }, async (t) => {
  const preStop = async (version: string) =>
    get(await render({}, '--kube-version', version), 'Deployment', 'cart').spec.template.spec.containers[0].lifecycle;
  t.same(await preStop('1.29.3'), { preStop: { exec: { command: ['sleep', '5'] } } });
  t.same(await preStop('1.34.0'), { preStop: { sleep: { seconds: 5 } } });
});

t.test('resources of operators are made only where they are known', { skip }, async (t) => {
  const values = { 'serviceMonitor.enabled': true, 'load.enabled': true, 'load.mode': 'testrun' };
  const kinds = async (...args: string[]) => (await render(values, ...args)).map(({ kind }) => kind);
  t.notMatch((await kinds()).join(), /ServiceMonitor|TestRun|Job/);
  t.match((await kinds(...operators)).join(), /ServiceMonitor.*TestRun|TestRun.*ServiceMonitor/);
});

t.test('another load is another object', { skip }, async (t) => {
  const name = async (values: Record<string, unknown>) =>
    (await render({ 'load.enabled': true, ...values })).find(({ kind }) => kind === 'Job')?.metadata.name;
  t.equal(await name({}), await name({}));
  t.not(await name({ 'load.checkoutRate': 16 }), await name({}));
});

t.test('every combination of values gives objects of its own namespace, from named images', { skip }, async (t) => {
  for (const path of await valuesFiles('shop')) {
    const all = await manifests('shop', '-f', path, ...operators);
    const label = path.split('/').at(-1) ?? path;
    const ids = all.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    t.equal(new Set(ids).size, ids.length, `${label}: no object twice`);
    t.notMatch(ids.join(), /Cluster|Namespace\//, label);
    for (const [, image] of JSON.stringify(all).matchAll(/"image":"([^"]+)"/g)) {
      t.match(image, /(:[\w.-]+|@sha256:[0-9a-f]{64})$/, label);
      t.notMatch(image, /bitnami|:latest$/, label);
    }
  }
});
