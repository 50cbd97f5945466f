import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import t from 'tap';
import { parse } from 'yaml';
import { readmeFile, valuesFile, withTable } from '../helpers/chart-readme.ts';
import { chartFolder, type Manifest, manifests, noHelm, valuesFiles } from '../helpers/helm-template.ts';

const skip = await noHelm();
const schemas = new URL('../../../shared/schemas/', import.meta.url);
const noSchemas = skip || (existsSync(schemas) ? false : "there is no ../shared/schemas with Karpenter's CRDs");
const values = (name: string): string => `${chartFolder('karpenter-nodes')}${name}`;
const get = (all: readonly Manifest[], kind: string, name: string): Manifest => {
  const found = all.find((one) => one.kind === kind && one.metadata.name === name);
  if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
  return found;
};

/** The schema of a CRD's version, closed: an unknown field, which the API server would drop, is a mistake here. */
async function validator(file: string) {
  // biome-ignore lint/suspicious/noExplicitAny: a CRD
  const crd = parse(await readFile(new URL(file, schemas), 'utf8')) as any;
  const schema = crd.spec.versions[0].schema.openAPIV3Schema;
  // biome-ignore lint/suspicious/noExplicitAny: any node of a schema
  const close = (node: any): void => {
    if (node === null || typeof node !== 'object') return;
    if (node.properties !== undefined && node.additionalProperties === undefined) node.additionalProperties = false;
    for (const child of Object.values(node)) close(child);
  };
  close(schema.properties.spec);
  return new Ajv({ strict: false, logger: false, validateFormats: false }).compile(schema);
}

t.test('README lists the values with their own words', async (t) => {
  const readme = await readFile(readmeFile('karpenter-nodes'), 'utf8');
  const table = withTable(readme, await readFile(valuesFile('karpenter-nodes'), 'utf8'));
  t.equal(readme, table, 'node test/helpers/chart-readme.ts karpenter-nodes');
});

t.test(
  "every combination of values is valid by Karpenter's own CRDs, and a slip is not",
  { skip: noSchemas },
  async (t) => {
    const pool = await validator('karpenter.sh_nodepools.crd.yaml');
    const nodeClass = await validator('karpenter.k8s.aws_ec2nodeclasses.crd.yaml');
    for (const file of await valuesFiles('karpenter-nodes'))
      for (const manifest of await manifests('karpenter-nodes', '-f', file)) {
        const validate = manifest.kind === 'NodePool' ? pool : nodeClass;
        t.ok(validate(manifest), `${file} ${manifest.kind}: ${JSON.stringify(validate.errors)}`);
      }
    const [one] = (await manifests('karpenter-nodes')).filter(({ kind }) => kind === 'NodePool');
    t.notOk(pool({ ...one, spec: { ...one?.spec, disruptions: {} } }), 'an unknown field');
    t.notOk(pool({ ...one, spec: { ...one?.spec, disruption: { budgets: [{ nodes: 'none' }] } } }), 'a wrong budget');
  },
);

t.test('the pool holds still in an experiment, and its instances may be failed', { skip }, async (t) => {
  const all = await manifests('karpenter-nodes');
  const { spec } = get(all, 'NodePool', 'shop');
  t.same(spec.disruption, { consolidationPolicy: 'WhenEmpty', consolidateAfter: '5m', budgets: [{ nodes: '0' }] });
  t.equal(spec.template.spec.expireAfter, 'Never');
  t.ok(spec.limits.cpu > 0, 'the bill has a ceiling');
  const nodeClass = get(all, 'EC2NodeClass', 'pado');
  t.equal(nodeClass.spec.tags['pado.dev/allow'], 'true');
  t.equal(spec.template.spec.nodeClassRef.name, nodeClass.metadata.name);
  t.match(nodeClass.spec.blockDeviceMappings, [{ ebs: { deleteOnTermination: true } }]);
});

t.test('Auto Mode has no node class of ours, and a pool for the observers', { skip }, async (t) => {
  const all = await manifests('karpenter-nodes', '-f', values('values-auto.yaml'));
  t.same(all.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort(), ['NodePool observers', 'NodePool shop']);
  for (const { spec } of all) t.equal(spec.template.spec.nodeClassRef.group, 'eks.amazonaws.com');
});

t.test('the schema of the values refuses slips', { skip }, async (t) => {
  for (const slip of ['clusterNames=x', 'pools.shop.cpus=4', 'nodeClass.amiAlias=al2023', 'disruption.nodes=none'])
    await t.rejects(manifests('karpenter-nodes', '--set', slip), slip);
});

t.test('services run on nodes that fail, database and observers on those that do not', { skip }, async (t) => {
  const { spec: pool } = get(await manifests('karpenter-nodes'), 'NodePool', 'shop');
  const [taint] = pool.template.spec.taints;
  const all = await manifests('shop', '-f', values('values-shop.yaml'), '--set', 'load.enabled=true');
  const services = all.filter(
    ({ kind, metadata }) => kind === 'Deployment' && metadata.labels?.['app.kubernetes.io/component'] !== 'metrics',
  );
  t.equal(services.length, 8);
  for (const { metadata, spec } of services) {
    t.same(
      spec.template.spec.nodeSelector,
      { 'pado.dev/role': pool.template.metadata.labels['pado.dev/role'] },
      metadata.name,
    );
    t.match(spec.template.spec.tolerations, [{ key: taint.key, value: taint.value, effect: taint.effect }]);
    t.equal(spec.replicas, 2, metadata.name);
  }
  const others = [
    get(all, 'Deployment', 'prometheus'),
    ...all.filter(({ kind }) => ['StatefulSet', 'Job'].includes(kind)),
  ];
  t.equal(others.length >= 3, true, 'Prometheus, PostgreSQL, k6');
  for (const { metadata, spec } of others)
    if (metadata.annotations?.['helm.sh/hook'] === undefined)
      t.same(spec.template.spec.nodeSelector, { 'pado.dev/role': 'system' }, metadata.name);
});

t.test('the agent is on every node, tainted ones included; on Fargate it is a Deployment', { skip }, async (t) => {
  const daemon = get(await manifests('agent', '-f', values('values-agent.yaml')), 'DaemonSet', 'pado-agent');
  t.ok(
    daemon.spec.template.spec.tolerations.some(
      (one: object) => Object.entries(one).flat().join() === 'operator,Exists',
    ),
  );
  const fargate = await manifests('agent', '-f', values('values-agent-fargate.yaml'));
  t.equal(get(fargate, 'Deployment', 'pado-agent').spec.replicas, 2);
  const shop = await manifests('shop', '-f', values('values-shop-fargate.yaml'));
  t.ok(shop.every(({ spec }) => spec?.template?.spec?.nodeSelector === undefined));
});

t.test('every observer is told to stay on system nodes, by the names that its chart has', async (t) => {
  const observers = parse(await readFile(values('values-observers.yaml'), 'utf8'));
  for (const selector of [
    observers.prometheus.prometheusSpec.nodeSelector,
    ...[observers.grafana.nodeSelector, observers.prometheusOperator.nodeSelector],
    observers['kube-state-metrics'].nodeSelector,
    parse(await readFile(values('values-karpenter.yaml'), 'utf8')).nodeSelector,
  ])
    t.equal(selector['pado.dev/role'], 'system');
});
