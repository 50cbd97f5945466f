import { readFile } from 'node:fs/promises';
import { environment, keys, names, tokenAudience } from '@pado/fault';
import t from 'tap';
import { parse } from 'yaml';
import { readLimits } from '../../agent/daemon/src/kubernetes/limits.ts';
import { validateFault } from '../../agent/daemon/src/validate.ts';

const page = await readFile(new URL('../../docs/reference/kubernetes.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => parse(text ?? ''));

t.test('the Fault of the page is a valid one', async (t) => {
  const [fault] = blocks;
  t.match(validateFault(fault), { fault: { kind: 'Fault' } });
});

t.test('the pod of the page has what the injector and the agent read', async (t) => {
  const pod = blocks.find(({ metadata }) => metadata.labels?.[keys.inject] !== undefined);
  t.equal(pod.metadata.labels[keys.inject], 'enabled');
  const [container] = pod.spec.containers;
  const variables = Object.fromEntries(container.env.map(({ name, value }: Record<string, string>) => [name, value]));
  for (const name of ['agentUrl', 'tokenFile', 'caFile', 'name', 'labels'] as const)
    t.ok(variables[environment[name]], environment[name]);
  t.equal(variables[environment.labels], `${keys.container}=${container.name}`);
  const [token, ca] = pod.spec.volumes.find(({ name }: { name: string }) => name === 'pado').projected.sources;
  t.equal(token.serviceAccountToken.audience, tokenAudience);
  t.match(ca.configMap, { name: names.caBundle, optional: true, items: [{ key: names.caBundleKey }] });
  const { mountPath } = container.volumeMounts.find(({ name }: { name: string }) => name === 'pado');
  t.equal(variables[environment.caFile], `${mountPath}/${ca.configMap.items[0].path}`);
  t.equal(variables[environment.tokenFile], `${mountPath}/${token.serviceAccountToken.path}`);
});

t.test(
  "the Job of the page runs with the runner's account, knows its node, and may write where it works",
  async (t) => {
    const { spec } = blocks.find(({ kind }) => kind === 'Job').spec.template;
    const [run] = spec.containers;
    t.equal(spec.serviceAccountName, 'pado-runner');
    t.match(run.env, [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }]);
    t.match(run.volumeMounts, [{ name: spec.volumes[0].name, mountPath: run.workingDir }]);
    const file = run.command.find((word: string) => word.endsWith('.yaml')).replace('/app/', '../../');
    t.ok(await readFile(new URL(file, import.meta.url), 'utf8'), 'the experiment is in the image');
  },
);

t.test('every limit of the page is read where the page says', async (t) => {
  const rows = [...page.matchAll(/^\| `(\w+)` \| (?:`([^`]+)`)? ?\|/gm)].map(([, key, annotation]) => ({
    key,
    annotation,
  }));
  t.same(
    rows.map(({ key }) => key),
    ['maxTargets', 'maxPercentage', 'forbiddenKinds', 'safetyLever'],
  );
  for (const { key = '', annotation } of rows) {
    const value = key === 'safetyLever' ? 'engaged' : '7';
    t.notSame(readLimits({ [key]: value }), readLimits(), key);
    if (annotation) t.notSame(readLimits({}, { [annotation]: value }), readLimits(), annotation);
  }
  t.ok(page.includes(`configmap ${names.limits}`));
});
