// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax under test
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isPadoError } from '@pado/fault';
import t from 'tap';
import { services } from '../../../runner/src/contracts.ts';
import type { Finding } from '../../../runner/src/experiment/validate.ts';
import { validateExperiment } from '../../../runner/src/experiment/validate.ts';

const sound = `title: Slow payments
description: What it teaches
configuration:
  limit: 0.5
  rate: {type: env, key: RATE, default: 15}
steady-state-hypothesis:
  title: Checkout stays fast
  probes:
    - type: probe
      name: checkout p99
      tolerance: {type: compare, comparator: '<', value: '\${limit}'}
      provider: {type: prometheus, query: 'max(latency[$__range])', unit: s, window: [before, during]}
    - type: probe
      name: pending orders
      tolerance: [0, 3]
      provider: {type: prometheus, query: sum(pending), window: [after], onNoData: fail}
    - type: probe
      name: requests
      tolerance: {type: range, range: [1, 9]}
      provider: {type: k6, metric: http_reqs}
method:
  - type: action
    name: slow payments
    provider:
      type: fault
      spec:
        target: {selector: {matchLabels: {app.kubernetes.io/name: payments}}}
        ttl: 60s
        effects:
          - {kind: latency, direction: inbound, delay: 2s}
    pauses: {after: 22}
extensions:
  - name: pado
    load: {script: load.ts, env: {RATE: '\${rate}'}}
    warmup: 5s
    baseline: 10s
`;

/** What is replaced by what; the text that the finding must point at; words of its message. */
const broken: readonly (readonly [fact: string, from: string, to: string, at: string, words: RegExp])[] = [
  ['a misspelt field at the top', 'method:', 'metod:', 'metod:', /did you mean `method`/],
  ['a missing field', 'title: Slow payments\n', '', 'description', /`title` is missing/],
  ['an unknown field of a provider', 'unit: s', 'unti: s', 'unti', /did you mean `unit`/],
  ['a misspelt kind of effect', 'kind: latency', 'kind: latencey', 'latencey', /did you mean `latency`/],
  ['a delay without a unit', 'delay: 2s', 'delay: 2', '2}', /write the unit, such as 2s/],
  ['a negative delay', 'delay: 2s', 'delay: -2s', '-2s', /duration such as/],
  ['a missing ttl', '        ttl: 60s\n', '', 'target: {selector', /`ttl` is missing/],
  ['a ttl beyond the limit', 'ttl: 60s', 'ttl: 2h', '2h', /at most 1h/],
  ['an unknown service', 'name: payments}', 'name: paymets}', 'paymets', /did you mean `payments`/],
  [
    'an unknown service in a match',
    'direction: inbound, delay: 2s',
    'direction: outbound, delay: 2s, match: {service: ordrs}',
    'ordrs',
    /did you mean `orders`/,
  ],
  ['an unknown comparator', "comparator: '<'", "comparator: '=<'", "'=<'", /one of: <, <=, >/],
  [
    'a tolerance of the wrong type',
    'tolerance: [0, 3]',
    'tolerance: sluggish',
    'sluggish',
    /prometheus gives a number/,
  ],
  ['a range that is upside down', 'tolerance: [0, 3]', 'tolerance: [3, 0]', '[3, 0]', /nothing would ever fit/],
  ['between without its upper bound', "comparator: '<'", 'comparator: between', '{type: compare', /`upper` is missing/],
  ['an unknown window', 'window: [after]', 'window: [afer]', 'afer', /did you mean `after`/],
  ['an unknown meaning of no data', 'onNoData: fail', 'onNoData: fial', 'fial', /did you mean `fail`/],
  ['a misspelt provider', 'type: k6', 'type: k7', 'k7', /did you mean `k6`/],
  ['a misspelt variable', "'${limit}'", "'${limt}'", "'${limt}'", /did you mean \$\{limit\}/],
  ['a variable of the environment without a value', ', default: 15', '', '{type: env', /the environment has no RATE/],
  ['a pause with a unit', 'after: 22', 'after: 22s', '22s', /seconds to wait/],
  ['a pause that outlives the fault', 'after: 22', 'after: 90', '60s', /would be over before/],
  ['a fault that is reverted at once', '    pauses: {after: 22}\n', '', 'type: action', /reverted at once/],
  ['a script that does not exist', 'script: load.ts', 'script: lod.ts', 'lod.ts', /there is no lod.ts/],
  ['a duration that is none', 'warmup: 5s', 'warmup: 5 seconds', '5 seconds', /duration such as/],
  ['a baseline that is too short', 'baseline: 10s', 'baseline: 10ms', '10ms', /a steady state needs time/],
  [
    'two probes of one name',
    'name: requests',
    'name: checkout p99',
    'checkout p99\n      tolerance: {type: range',
    /another probe/,
  ],
  ['a lease of its own', 'ttl: 60s', 'ttl: 60s\n        leaseName: mine', 'mine', /given by the run/],
  ['a key that appears twice', 'title: Slow payments', 'title: A\ntitle: B', 'title: B', /unique/i],
  ['a tab as indentation', '  limit: 0.5', '\tlimit: 0.5', '\tlimit', /tab/i],
];

const environment = {};

async function findings(file: string): Promise<readonly Finding[]> {
  const error: unknown = await validateExperiment(file, { services, environment }).catch((reason) => reason);
  if (!isPadoError(error)) return [];
  return error.details.findings as readonly Finding[];
}

t.test('a sound experiment', async (t) => {
  const directory = t.testdir({ 'load.ts': '', 'slow.yaml': sound });
  const experiment = await validateExperiment(join(directory, 'slow.yaml'), { services, environment });
  t.match(experiment, {
    name: 'slow',
    warmupMs: 5_000,
    recoveryMs: 30_000,
    load: { script: join(directory, 'load.ts'), env: { RATE: '15' } },
  });
  t.match(experiment.hypothesis?.probes[0]?.tolerance, { value: 0.5 }, 'a lone ${} takes the type of its value');
});

t.test('each mistake is found where it stands, alone', async (t) => {
  const directory = t.testdir({ 'load.ts': '' });
  for (const [fact, from, to, at, words] of broken) {
    const text = sound.replace(from, () => to);
    const file = join(directory, 'broken.yaml');
    await writeFile(file, text);
    const found = await findings(file);
    const before = text.slice(0, text.indexOf(at)).split('\n');
    const where = { line: before.length, column: (before.at(-1) ?? '').length + 1 };
    t.match(found[0] ?? {}, { ...where, message: words }, fact);
    // A parser that has lost its way says more than one thing.
    if (found[0]?.path.length !== 0 || !/tab/i.test(found[0].message))
      t.equal(found.length, 1, `${fact}: nothing else is wrong`);
  }
});

t.test('all mistakes are told at once, in the order of the file', async (t) => {
  const text = sound.replace('delay: 2s', 'delay: 2').replace('unit: s', 'unti: s').replace('type: k6', 'type: k7');
  const directory = t.testdir({ 'load.ts': '', 'three.yaml': text });
  const found = await findings(join(directory, 'three.yaml'));
  t.same(
    found.map(({ path }) => path.at(-1)),
    ['unti', 'type', 'delay'],
  );
});

t.test('a message names file, line, column and path', async (t) => {
  const directory = t.testdir({ 'load.ts': '', 'slow.yaml': sound.replace('warmup: 5s', 'warmup: 5') });
  const file = join(directory, 'slow.yaml');
  await t.rejects(validateExperiment(file, { services, environment }), {
    code: 'ERR_PADO_INVALID',
    message: `${file}:35:13: extensions[0].warmup: `,
  });
});

t.test('a file that does not exist', async (t) => {
  await t.rejects(validateExperiment('/nowhere/slow.yaml'), { code: 'ERR_PADO_NOT_FOUND' });
});

t.test('JSON is read as well, and a document that is no object is refused', async (t) => {
  const directory = t.testdir({ 'list.json': '[1, 2]', 'empty.yaml': '' });
  t.match(await findings(join(directory, 'list.json')), [{ line: 1, message: /the document/ }]);
  t.match(await findings(join(directory, 'empty.yaml')), [{ line: 1, message: /the document/ }]);
});

t.test('the catalogue is valid', async (t) => {
  // Not the files of probes that they name, nor the values of their weaknesses and fixes.
  const names = (await readdir('experiments', { recursive: true })).filter(
    (name) => name.endsWith('.yaml') && !/^steady-state\/|values-/.test(name),
  );
  t.ok(names.length >= 24, 'cascades and infrastructure too');
  for (const name of names) {
    await t.resolveMatch(validateExperiment(join('experiments', name), { services }), { warnings: [] }, name);
  }
});
