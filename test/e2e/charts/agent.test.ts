import t from 'tap';
import { chartFolder, manifests, template, valuesFiles } from '../../helpers/helm-template.ts';
import { apply, helm, kubectl, kubectlJson, kubectlWith, namespace } from '../helpers/cluster.ts';
import { imageValues } from '../helpers/targets.ts';

const chart = chartFolder('agent');
const admission = ['--api-versions', 'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy'];
/** As the other tests have it; the chart's own pod runs it. */
const image = ['--set', imageValues];
const warn = { 'pod-security.kubernetes.io/warn': 'restricted' };
const nowhere = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: 'pado.dev/none', operator: 'Exists' }] }],
    },
  },
};
/** An installation that leaves alone what is one for the cluster, and runs on no node. */
const apart = (name: string) => [
  ...['--set', `nameOverride=${name},crds.install=false,aggregateRoles.create=false`],
  ...['--set-json', `affinity=${JSON.stringify(nowhere)}`],
];

const lever = async (namespace: string) => {
  const { data } = await kubectlJson<{ data?: Record<string, string> }>('get', 'cm', 'pado-limits', '-n', namespace);
  return data?.safetyLever;
};
const engage = (namespace: string, to: string) =>
  kubectl('patch', 'cm', 'pado-limits', '-n', namespace, '--type=merge', '-p', `{"data":{"safetyLever":"${to}"}}`);

t.test('the API server takes every combination of values, without a warning under restricted', async (t) => {
  const ns = await namespace(t, 'pado-chart', warn);
  for (const file of await valuesFiles('agent')) {
    const text = await template('agent', '-n', ns, '-f', file, ...admission);
    const { code, stderr } = await kubectlWith(text, 'apply', '--server-side', '--force-conflicts', '--dry-run=server');
    t.same({ code, stderr }, { code: 0, stderr: '' }, file.split('/').at(-1) ?? file);
  }
});

t.test('upgrades and rollbacks leave a lever that was set by hand', async (t) => {
  const ns = await namespace(t, 'pado-chart', warn);
  const args = [chart, '-n', ns, ...apart(ns)];
  t.teardown(() => helm('uninstall', 'pado', '-n', ns, '--wait'));
  await helm('install', 'pado', ...args);
  t.equal(await lever(ns), undefined, 'disengaged at first');
  await engage(ns, 'engaged');
  await helm('upgrade', 'pado', ...args, '--set', 'limits.maxTargets=2');
  t.equal(await lever(ns), 'engaged', 'after an upgrade');
  await helm('rollback', 'pado', '1', '-n', ns);
  t.equal(await lever(ns), 'engaged', 'after a rollback');
  await engage(ns, 'disengaged');
  await helm('upgrade', 'pado', ...args, '--set', 'limits.maxTargets=3');
  t.equal(await lever(ns), 'disengaged');
});

t.test('the API server refuses what limits forbid, and says why', async (t) => {
  const ns = await namespace(t, 'pado-chart', warn);
  t.teardown(() =>
    kubectl('delete', 'validatingadmissionpolicy,validatingadmissionpolicybinding', ns, '--ignore-not-found'),
  );
  /** The policy of the chart, for this namespace alone: other tests make faults meanwhile. */
  const limit = async (limits: object) => {
    const set = ['--set', 'admission.enabled=true', '--set-json', `limits=${JSON.stringify(limits)}`];
    const all = await manifests('agent', '-n', ns, ...set, ...admission);
    const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': ns } };
    for (const object of all.filter(({ kind }) => kind.startsWith('ValidatingAdmissionPolicy'))) {
      const { spec } = object;
      if (spec.matchConstraints) spec.matchConstraints = { ...spec.matchConstraints, namespaceSelector };
      else spec.policyName = ns;
      await apply({ ...object, metadata: { name: ns } });
    }
  };
  const fault = {
    apiVersion: 'pado.dev/v1alpha1',
    kind: 'Fault',
    metadata: { name: 'slow', namespace: ns },
    spec: {
      target: { selector: { matchLabels: { 'app.kubernetes.io/name': 'nobody' } } },
      ttl: '10s',
      effects: [{ kind: 'latency', direction: 'outbound', delay: '10ms' }],
    },
  };
  /** The API server heeds a change a moment later: its last answer is told when none fits. */
  const answers = async (wanted: RegExp) => {
    for (let tries = 0; ; tries++) {
      const { stdout, stderr } = await kubectlWith(fault, 'create', '--dry-run=server');
      if (wanted.test(stdout + stderr) || tries === 50) return stdout + stderr;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };
  const forbidden = /effects of kind latency are forbidden in the namespace/;
  const engaged = /the safety lever is engaged: no fault begins until it is disengaged/;

  await limit({ safetyLever: 'engaged' });
  t.match(await answers(engaged), engaged);
  await limit({ forbiddenKinds: ['kill', 'latency'] });
  t.match(await answers(forbidden), forbidden);
  await limit({ forbiddenKinds: ['kill'] });
  t.match(await answers(/created/), /created/);
  await kubectl('annotate', 'namespace', ns, 'pado.dev/forbidden-kinds=cpu latency');
  t.match(await answers(forbidden), forbidden, 'by the namespace too');
});

t.test('helm test fails where no agent is, and says so', async (t) => {
  const ns = await namespace(t, 'pado-chart', warn);
  t.teardown(() => helm('uninstall', 'pado', '-n', ns, '--wait'));
  await helm('install', 'pado', chart, '-n', ns, ...apart(ns), ...image);
  await t.rejects(helm('test', 'pado', '-n', ns, '--timeout', '3m'), { message: /test/ });
  const log = await kubectl('logs', `${ns}-test`, '-n', ns, '-c', 'there');
  t.match(log, /no agent on the node .* listens at .*:4600/);
});
