import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { exportChaosToolkit } from '../../../runner/src/export/export.ts';
import { toNative } from '../../../runner/src/export/native.ts';

const path = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url));
type Item = Record<string, unknown> & { readonly name: string; readonly provider: Record<string, unknown> };
type Exported = Record<string, unknown> & {
  readonly 'steady-state-hypothesis': { readonly probes: readonly Item[] };
  readonly method: readonly Item[];
  readonly rollbacks: readonly Item[];
};

async function exported(t: Test, text: string): Promise<Exported> {
  const file = join(t.testdir(), 'experiment.yaml');
  await writeFile(file, text);
  return (await exportChaosToolkit({ file, output: 'out.json' })).document as Exported;
}

const native = `
title: Slow
description: Slow
configuration: {limit: 0.5}
steady-state-hypothesis:
  title: Quick
  probes:
    - type: probe
      name: p99
      tolerance: {type: compare, comparator: '<', value: '\${limit}'}
      provider: {type: prometheus, query: 'max(x[$__range])'}
method:
  - type: action
    name: slow
    provider:
      type: fault
      spec:
        target: {selector: {matchLabels: {app.kubernetes.io/name: payments}}}
        ttl: 30s
        effects: [{kind: latency, direction: inbound, delay: 1s}]
    pauses: {after: 5}
  - {type: action, name: plain, provider: {type: process, path: echo}}
  - {ref: p99}
rollbacks:
  - {type: action, name: undo, provider: {type: process, path: echo}}
`;

t.test('the exported catalogue is in step with the experiments', async (t) => {
  const names = (await readdir(path('experiments'))).filter((name) => name.endsWith('.yaml'));
  const theirs = names.map((name) => name.replace('.yaml', '.json'));
  t.same((await readdir(path('experiments/chaostoolkit'))).sort(), theirs.sort(), 'a file each');
  for (const name of names) {
    const output = `experiments/chaostoolkit/${basename(name, '.yaml')}.json`;
    const { text } = await exportChaosToolkit({ file: path(`experiments/${name}`), output });
    const remedy = `npm run pado -- export --chaostoolkit experiments/${name} -o ${output}`;
    t.equal(await readFile(path(output), 'utf8'), text, remedy);
  }
});

t.test('every activity is one of Chaos Toolkit, and keeps its own definition beside it', async (t) => {
  const { 'steady-state-hypothesis': hypothesis, method, rollbacks } = await exported(t, native);
  const activities = [...hypothesis.probes, ...method, ...rollbacks];
  t.same([...new Set(activities.map(({ provider }) => provider.type))], ['process']);
  t.same(
    activities.map(({ name }) => name),
    ['the run is sound', 'p99', 'slow', 'plain', 'p99', 'undo', 'end of the run'],
  );
  t.match(hypothesis.probes[1], { tolerance: 0, pado: { provider: { type: 'prometheus' } } });
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Chaos Toolkit's substitution
  t.same(method[0]?.provider.arguments, ['${pado}', 'step', 'act', 'experiment', 'slow']);
  t.match(method[0], { pauses: { after: 5 }, pado: { provider: { type: 'fault', spec: { ttl: '30s' } } } });
  t.same(method[1], { type: 'action', name: 'plain', provider: { type: 'process', path: 'echo' } }, 'plain as it was');
  for (const { provider } of activities.filter(({ provider }) => provider.path === 'env')) {
    t.ok(Number(provider.timeout) > 60, 'each step has a limit');
  }
});

t.test('what Pado does of it is found again in the file', async (t) => {
  const document = await exported(t, native);
  const found = toNative(document, 'out.json');
  t.match(found, {
    configuration: { limit: 0.5 },
    'steady-state-hypothesis': { title: 'Quick', probes: [{ name: 'p99', tolerance: { comparator: '<' } }] },
    method: [{ name: 'slow' }, { name: 'p99' }, { name: 'the method of chaos has ended' }],
    rollbacks: [],
  });
  t.same(Object.keys(found.configuration as object), ['limit'], 'without what the steps need');
  t.notMatch(found, { method: [{ pauses: {} }] }, 'the pauses are made by chaos');
  t.throws(() => toNative({ title: 'x', method: [] }, 'x.json'), { code: 'ERR_PADO_INVALID', message: /not exported/ });
});

t.test('a plain experiment comes back as it is', async (t) => {
  const plain = `
title: Plain
description: Plain
steady-state-hypothesis:
  title: Up
  probes: [{type: probe, name: up, tolerance: 0, provider: {type: process, path: 'true'}}]
method: [{ref: up}]
`;
  t.same((await exported(t, plain)).method, [{ ref: 'up' }]);
  t.notOk('runtime' in (await exported(t, plain)));
});

t.test('without a method the check after it is the one that counts', async (t) => {
  const steady = native.replace(/method:[\s\S]*/, 'method: []\n');
  t.match(await exported(t, steady), { runtime: { hypothesis: { strategy: 'after-method-only' } } });
});

t.test('a variable of the environment need not be there for the export', async (t) => {
  const open = native.replace('limit: 0.5', 'limit: {type: env, key: PADO_TEST_NOT_THERE, env_var_type: float}');
  t.match(await exported(t, open), { configuration: { limit: { key: 'PADO_TEST_NOT_THERE' } } });
});

t.test('what Chaos Toolkit could not read is refused', async (t) => {
  const named = native.replace('limit: 0.5', 'limit: 0.5, pado: x');
  await t.rejects(exported(t, named), { code: 'ERR_PADO_INVALID', message: /called pado.*rename/ });
  const secret = native.replace('method:', 'secrets: {api: {token: {type: file, path: package.json}}}\nmethod:');
  await t.rejects(exported(t, secret), { code: 'ERR_PADO_INVALID', message: /type file.*env/ });
});
