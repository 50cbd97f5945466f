import { readFile } from 'node:fs/promises';
import { effectSchema } from '@pado/fault';
import t from 'tap';
import { parse } from 'yaml';
import { readmeFile, valuesFile, withTable } from '../helpers/chart-readme.ts';
import { chartFolder, type Manifest, manifests, noHelm, valuesFiles } from '../helpers/helm-template.ts';

const skip = await noHelm();
const admission = ['--api-versions', 'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy'];
const monitoring = ['--api-versions', 'monitoring.coreos.com/v1'];
const set = (values: Record<string, unknown>) =>
  Object.entries(values).flatMap(([path, value]) => ['--set-json', `${path}=${JSON.stringify(value)}`]);
const render = (values: Record<string, unknown> = {}, ...args: string[]) => manifests('agent', ...set(values), ...args);

const find = (all: readonly Manifest[], kind: string, name = 'pado-agent'): Manifest | undefined =>
  all.find((one) => one.kind === kind && one.metadata.name === name);

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
  readonly items?: Schema;
  readonly enum?: readonly string[];
  readonly const?: string;
}
const schema = JSON.parse(await readFile(`${chartFolder('agent')}values.schema.json`, 'utf8')) as Schema;
const values = parse(await readFile(valuesFile('agent'), 'utf8')) as Record<string, unknown>;

t.test('README lists the values with their own words', async (t) => {
  const readme = await readFile(readmeFile('agent'), 'utf8');
  t.equal(readme, withTable(readme, await readFile(valuesFile('agent'), 'utf8')), 'node test/helpers/chart-readme.ts');
});

t.test('the schema knows every value, and no value that is not there', async (t) => {
  const walk = (value: unknown, { properties }: Schema, path: string): void => {
    if (properties === undefined || value === null || typeof value !== 'object' || Array.isArray(value)) return;
    for (const name of Object.keys(value)) t.ok(properties[name], `${path}${name} is in the schema`);
    for (const [name, one] of Object.entries(value)) walk(one, properties[name] ?? {}, `${path}${name}.`);
  };
  walk(values, schema, '');
  t.same(Object.keys(schema.properties ?? {}).sort(), Object.keys(values).sort());
});

t.test('the schema names every kind of effect', async (t) => {
  const kinds = (effectSchema as unknown as { oneOf: readonly Schema[] }).oneOf.map(
    ({ properties }) => properties?.kind?.const,
  );
  t.same(schema.properties?.limits?.properties?.forbiddenKinds?.items?.enum, kinds);
});

t.test('what is wrong in values is refused with its path', { skip }, async (t) => {
  for (const [path, value] of Object.entries({
    kinds: 'DaemonSet',
    kind: 'StatefulSet',
    'image.digest': 'sha256:1',
    'limits.safetyLever': 'on',
    'limits.maxPercentage': 101,
    'limits.forbiddenKinds': ['kil'],
    'probes.liveness.httpGet': {},
    replicas: 0,
  })) {
    await t.rejects(render({ [path]: value }), { message: new RegExp(path.split('.').at(-1)!) }, path);
  }
});

t.test(
  'every combination in ci/ renders, with each object in a known namespace and with labels',
  { skip },
  async (t) => {
    for (const file of await valuesFiles('agent')) {
      const all = await manifests('agent', '-f', file, ...admission, ...monitoring);
      const ids = all.map(({ kind, metadata }) => `${kind} ${metadata.namespace} ${metadata.name}`);
      t.equal(new Set(ids).size, ids.length, `${file}: no object twice`);
      for (const { kind, metadata } of all)
        t.equal(metadata.labels?.['app.kubernetes.io/part-of'] ?? 'pado', 'pado', `${file}: ${kind} ${metadata.name}`);
    }
  },
);

t.test('a pod asks for no privilege and writes nowhere', { skip }, async (t) => {
  for (const kind of ['DaemonSet', 'Deployment']) {
    const all = await render({ kind });
    const specs = [find(all, kind)?.spec.template.spec, find(all, 'Pod', 'pado-agent-test')?.spec];
    for (const spec of specs) {
      t.match(spec.securityContext, {
        runAsNonRoot: true,
        runAsUser: 1000,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const field of ['hostNetwork', 'hostPID', 'hostIPC']) t.notOk(field in spec, field);
      t.notOk((spec.volumes ?? []).some((volume: object) => 'hostPath' in volume || 'emptyDir' in volume));
      for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
        t.same(container.securityContext, {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        t.notOk((container.ports ?? []).some((port: object) => 'hostPort' in port));
      }
    }
  }
});

t.test('a DaemonSet has an agent on every node, and its Service leads to the own node alone', { skip }, async (t) => {
  const all = await render();
  const { spec } = find(all, 'DaemonSet')!;
  t.same(spec.updateStrategy, { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } });
  t.same(spec.template.spec.tolerations, [{ operator: 'Exists' }]);
  t.match(JSON.stringify(spec.template.spec.affinity), /compute-type.*fargate/, 'where it can run');
  const [agent] = spec.template.spec.containers;
  t.ok(agent.env.some(({ name }: { name: string }) => name === 'PADO_NODE_NAME'));
  t.same(agent.resources, { requests: { cpu: '20m', memory: '64Mi' }, limits: { memory: '128Mi' } });
  t.match(find(all, 'Service')?.spec, {
    internalTrafficPolicy: 'Local',
    publishNotReadyAddresses: false,
    ports: [{ port: 4600, targetPort: 'channel' }],
  });
  t.equal(find(all, 'PodDisruptionBudget'), undefined);
});

t.test('a Deployment serves any node, spreads, and keeps agents in a drain', { skip }, async (t) => {
  const all = await render({ kind: 'Deployment', replicas: 3 });
  const { spec } = find(all, 'Deployment')!;
  t.equal(find(all, 'DaemonSet'), undefined);
  t.equal(spec.replicas, 3);
  const [agent] = spec.template.spec.containers;
  t.notOk(agent.env.some(({ name }: { name: string }) => name === 'PADO_NODE_NAME'));
  t.equal(spec.template.spec.tolerations, undefined, 'it leaves a dead node');
  t.equal(spec.template.spec.topologySpreadConstraints.length, 2);
  t.notOk('internalTrafficPolicy' in find(all, 'Service')!.spec);
  t.match(find(all, 'PodDisruptionBudget')?.spec, { maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' });
  const single = await render({ kind: 'Deployment', replicas: 1 });
  t.equal(find(single, 'PodDisruptionBudget'), undefined, 'a single agent must not block drains');
});

t.test('an account mounts its token in the agent alone', { skip }, async (t) => {
  const all = await render({ 'runner.create': true });
  for (const name of ['pado-agent', 'pado-runner'])
    t.equal(find(all, 'ServiceAccount', name)?.automountServiceAccountToken, false, name);
  t.equal(find(all, 'DaemonSet')?.spec.template.spec.automountServiceAccountToken, true);
  t.equal(find(all, 'Pod', 'pado-agent-test')?.spec.automountServiceAccountToken, false);
});

t.test('the image is named by digest, else by tag, else by the version of the chart', { skip }, async (t) => {
  const image = async (values: Record<string, unknown>) =>
    find(await render(values), 'DaemonSet')?.spec.template.spec.containers[0].image;
  const digest = `sha256:${'a'.repeat(64)}`;
  t.equal(await image({}), 'pado:0.1.0');
  t.equal(await image({ 'image.tag': 'e2e' }), 'pado:e2e');
  t.equal(await image({ 'image.tag': 'e2e', 'image.digest': digest }), `pado@${digest}`);
});

t.test('limits hold the keys that values set, and no others', { skip }, async (t) => {
  const data = async (values: Record<string, unknown>) => find(await render(values), 'ConfigMap', 'pado-limits')?.data;
  t.equal(await data({}), undefined, 'so that an upgrade leaves what was set by hand');
  t.same(
    await data({
      'limits.safetyLever': 'engaged',
      'limits.maxTargets': 0,
      'limits.maxPercentage': 33.5,
      'limits.forbiddenKinds': ['kill', 'memory'],
    }),
    { safetyLever: 'engaged', maxTargets: '0', maxPercentage: '33.5', forbiddenKinds: 'kill,memory' },
  );
});

t.test('a PodMonitor comes where its kind is installed', { skip }, async (t) => {
  const on = { 'metrics.podMonitor.enabled': true };
  t.equal(find(await render(on), 'PodMonitor'), undefined);
  t.match(find(await render(on, ...monitoring), 'PodMonitor'), {
    metadata: { labels: { release: 'kube-prometheus-stack' } },
    spec: { podMetricsEndpoints: [{ port: 'metrics', interval: '5s' }] },
  });
});

t.test('admission says what it needs where the cluster is too old for it', { skip }, async (t) => {
  const on = { 'admission.enabled': true };
  await t.rejects(render(on, '--kube-version', '1.29.0'), { message: /needs ValidatingAdmissionPolicy.*1\.30/ });
  t.ok(find(await render(on, ...admission), 'ValidatingAdmissionPolicy', 'pado-limits'));
});

t.test('Kubernetes before 1.29 is refused', { skip }, async (t) => {
  await t.rejects(render({}, '--kube-version', '1.28.9'), { message: /incompatible/ });
});
