// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax under test
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { windowsOf } from '../../../runner/src/experiment/experiment.ts';
import type { HypothesisProbe } from '../../../runner/src/experiment/schema.ts';
import { type ValidateOptions, validateExperiment } from '../../../runner/src/experiment/validate.ts';

/** Reads an experiment of this text; `files` lie beside it. */
async function read(t: Test, text: string, files: Record<string, string> = {}, options: ValidateOptions = {}) {
  const directory = t.testdir({ 'load.ts': '' });
  for (const [name, content] of Object.entries({ ...files, 'e.yaml': text })) {
    await mkdir(join(directory, name, '..'), { recursive: true });
    await writeFile(join(directory, name), content);
  }
  return validateExperiment(join(directory, 'e.yaml'), { environment: {}, ...options });
}

const head = 'title: T\ndescription: D\n';
const ends = (...lines: string[]) => ({ code: 'ERR_PADO_INVALID', message: new RegExp(lines.join('[^]*')) });

t.test('when a probe is judged', async (t) => {
  const probe = (provider: object, rest: object = {}) => ({ provider, ...rest }) as HypothesisProbe;
  const all = ['before', 'during', 'after'] as const;
  const cases: readonly (readonly [HypothesisProbe, Parameters<typeof windowsOf>[1], readonly string[]])[] = [
    [probe({ type: 'prometheus' }), undefined, ['before', 'during']],
    [probe({ type: 'slo' }), undefined, ['before', 'during']],
    [probe({ type: 'prometheus' }), 'default', ['before', 'after']],
    [probe({ type: 'prometheus', window: ['after'] }), 'continuously', ['after']],
    [probe({ type: 'k6' }), undefined, ['after']],
    [probe({ type: 'k6' }), 'before-method-only', ['after']],
    [probe({ type: 'http' }), undefined, ['before', 'after']],
    [probe({ type: 'process' }), 'before-method-only', ['before']],
    [probe({ type: 'python' }), 'after-method-only', ['after']],
    [probe({ type: 'http' }), 'during-method-only', ['during']],
    [probe({ type: 'http' }), 'continuously', all],
    [probe({ type: 'kubernetes' }), undefined, all],
    [probe({ type: 'http' }, { expect: 'failure' }), 'default', ['during']],
  ];
  for (const [given, strategy, windows] of cases) {
    t.same(windowsOf(given, strategy), windows, `${given.provider.type}, ${strategy}`);
  }
});

t.test('a file with nothing but what must be there', async (t) => {
  t.match(await read(t, `${head}method: []\n`), {
    name: 'e',
    hypothesis: undefined,
    method: [],
    rollbacks: [],
    warmupMs: 0,
    baselineMs: 0,
    recoveryMs: 0,
    stopConditions: [],
    prometheusDown: 'stop',
    runtime: { hypothesisStrategy: undefined, frequencyMs: 1_000, failFast: false, rollbackStrategy: 'always' },
    warnings: [],
  });
});

t.test('what is measured needs a baseline, and a load time to warm up', async (t) => {
  const hypothesis = (provider: string) =>
    `steady-state-hypothesis: {title: H, probes: [{type: probe, name: p, tolerance: 1, provider: ${provider}}]}\n`;
  const load = 'extensions: [{name: pado, load: {script: load.ts, thresholds: true}}]\n';
  t.match(await read(t, `${head}method: []\n${hypothesis('{type: prometheus, query: up}')}`), {
    warmupMs: 0,
    baselineMs: 10_000,
  });
  t.match(await read(t, `${head}method: []\n${hypothesis('{type: process, path: ls}')}`), { baselineMs: 0 });
  t.match(await read(t, `${head}method: []\n${load}`), {
    warmupMs: 5_000,
    baselineMs: 10_000,
    load: { thresholds: true },
  });
});

t.test('a reference stands for the activity, with a tolerance of its own', async (t) => {
  const text = `${head}steady-state-hypothesis:
  title: H
  probes:
    - {ref: who, tolerance: 0}
method:
  - {type: probe, name: who, provider: {type: process, path: hostname}}
  - ref: who
rollbacks:
  - ref: who
`;
  const experiment = await read(t, text);
  const who = { name: 'who', provider: { path: 'hostname' } };
  t.match(experiment.hypothesis?.probes, [{ ...who, tolerance: 0 }]);
  t.match([...experiment.method, ...experiment.rollbacks], [who, who, who]);
});

t.test('a mistake in an activity is told once, not where it is referred to', async (t) => {
  const text = `${head}method:\n  - {type: action, name: a, provider: {type: process}}\n  - ref: a\n`;
  await t.rejects(read(t, text), { message: /^\S+:4:\d+: method\[0\]\.provider: `path` is missing[^\n]*$/ });
});

t.test('what Chaos Toolkit reads over is ignored, and told', async (t) => {
  const text = `x-parts:
  ask: &ask {type: process, path: ls, colour: blue}
$schema: e.schema.json
owner: shop
${head}tags: null
configuration:
method:
  - {type: action, name: a, background: yes, provider: *ask, tolerance: [[1]], dry: actions, pauses: {before: null}}
  - {type: probe, name: b, provider: {<<: *ask, timeout: null}, note: later}
extensions:
  - {name: other, anything: '$\{unknown}'}
`;
  const { warnings, method } = await read(t, text);
  t.match(method, [{ background: true, provider: { type: 'process', path: 'ls' } }, { provider: { path: 'ls' } }]);
  t.match(
    warnings.map((line) => line.replace(/^\S+: /, '')),
    [/^method\[0\].*colour: /, /^owner: /, /colour: /, /note: /],
  );
});

t.test('a misspelt field is a mistake everywhere, and ours are strict', async (t) => {
  await t.rejects(
    read(t, `${head}method:\n  - {type: action, name: a, provider: {type: process, path: ls, argument: a}}\n`),
    ends('did you mean `arguments`'),
  );
  await t.rejects(
    read(
      t,
      `${head}method: []\nsteady-state-hypothesis:
  title: H
  probes: [{type: probe, name: p, tolerance: 1, colour: blue, provider: {type: prometheus, query: up}}]\n`,
    ),
    ends('unknown field `colour`'),
  );
});

t.test('a name for a shell is left to it, one that looks like a known one is a mistake', async (t) => {
  const process = (text: string) =>
    `${head}configuration: {token: abc}\nmethod:\n  - {type: action, name: a, provider: {type: process, path: sh, arguments: [-c, '${text}']}}\n`;
  const experiment = await read(t, process('echo ${HOME}'));
  t.match(experiment.method, [{ provider: { arguments: ['-c', '${HOME}'] } }]);
  t.match(experiment.warnings, [/left as it is/]);
  await t.rejects(read(t, process('echo ${tokn}')), ends('did you mean \\$\\{token\\}'));
});

t.test('a value that a probe will give is not judged before', async (t) => {
  const text = `${head}configuration:
  limit: {type: probe, name: l, provider: {type: process, path: cat}}
steady-state-hypothesis:
  title: H
  probes:
    - {type: probe, name: p, tolerance: {type: compare, comparator: '<', value: '$\{limit}'}, provider: {type: prometheus, query: up}}
method: []
`;
  t.match(await read(t, text), { hypothesis: { probes: [{ tolerance: { value: '${limit}' } }] } });
  const ask = async () => ({ status: 0, stdout: 'many\n', stderr: '' });
  await t.rejects(read(t, text, {}, { ask }), ends('`value` is "many"'));
});

const shared = `title: As usual
configuration: {limit: 1}
probes:
  - {type: probe, name: shared, tolerance: {type: compare, comparator: '<', value: '$\{limit}'}, provider: {type: prometheus, query: up}}
`;
const taking = `${head}method: []\nextensions: [{name: pado, steadyState: [steady/all.yaml]}]\n`;

t.test('probes of steady-state files join the hypothesis, with the values of the experiment', async (t) => {
  const files = { 'steady/all.yaml': shared };
  const alone = await read(t, taking, files);
  t.match(alone, { baselineMs: 10_000, hypothesis: { title: 'As usual', probes: [{ name: 'shared' }] } });
  t.match(alone.hypothesis?.probes[0]?.tolerance, { value: 1 });
  const own = `configuration: {limit: 2}
steady-state-hypothesis:
  title: H
  probes: [{type: probe, name: own, tolerance: 1, provider: {type: prometheus, query: up}}]
`;
  const both = await read(t, taking + own, files);
  t.match(both.hypothesis, { title: 'H', probes: [{ name: 'own' }, { name: 'shared', tolerance: { value: 2 } }] });
  t.match(both.configuration, { limit: 2 });
});

t.test('mistakes in a steady-state file name that file, beside those of the experiment', async (t) => {
  const wrong = shared.replace("'<'", "'=<'").replace('type: prometheus', 'type: promtheus');
  await t.rejects(
    read(t, `${taking}tag: [a]\n`, { 'steady/all.yaml': wrong }),
    ends('e.yaml:5:1: tag: ', 'steady/all.yaml:4:72: ', 'steady/all.yaml:4:115: '),
  );
  await t.rejects(read(t, taking, { 'steady/all.yaml': 'title: [' }), ends('steady/all.yaml:1:9: '));
  await t.rejects(read(t, taking, {}), ends('e.yaml:4:41: .*there is no steady/all.yaml'));
  const twice =
    'steady-state-hypothesis: {title: H, probes: [{type: probe, name: shared, tolerance: 1, provider: {type: http, url: http://a/}}]}\n';
  await t.rejects(read(t, taking + twice, { 'steady/all.yaml': shared }), ends('is called "shared" too'));
});
