import { execFileSync } from 'node:child_process';
import t from 'tap';
import { junit } from '../../../../runner/src/commands/run/junit.ts';
import { deviated, failed, held, journal } from './journals.ts';

interface Element {
  readonly tag: string;
  readonly attributes: Record<string, string>;
  readonly text: string | null;
  readonly children: readonly Element[];
}

const script = `import json, sys, xml.etree.ElementTree as x
def of(e): return {"tag": e.tag, "attributes": e.attrib, "text": e.text, "children": [of(c) for c in e]}
print(json.dumps(of(x.fromstring(sys.stdin.buffer.read()))))`;

/** Read by a real parser, which refuses what is not well-formed. */
const parsed = (xml: string): Element => JSON.parse(execFileSync('python3', ['-c', script], { input: xml }).toString());

/** What the schema of Jenkins' xUnit plugin (junit-10.xsd), which GitLab's reader accepts too, allows where. */
const schema: Readonly<
  Record<string, { readonly attributes: readonly string[]; readonly children: readonly string[] }>
> = {
  testsuites: { attributes: ['name', 'time', 'tests', 'failures', 'errors'], children: ['testsuite'] },
  testsuite: {
    attributes: ['name', 'tests', 'failures', 'errors', 'skipped', 'time', 'timestamp', 'hostname', 'id', 'file'],
    children: ['properties', 'testcase', 'system-out', 'system-err'],
  },
  properties: { attributes: [], children: ['property'] },
  property: { attributes: ['name', 'value'], children: [] },
  testcase: { attributes: ['name', 'classname', 'time'], children: ['failure', 'error', 'skipped'] },
  failure: { attributes: ['type', 'message'], children: [] },
  error: { attributes: ['type', 'message'], children: [] },
  skipped: { attributes: ['type', 'message'], children: [] },
  'system-out': { attributes: [], children: [] },
};

const all = ({ children, ...own }: Element): readonly Omit<Element, 'children'>[] => [own, ...children.flatMap(all)];

const stop = { name: 'errors', reason: '12% of requests fail', atMs: 0 };
const root = parsed(
  junit([
    ...[deviated, { ...held, repetition: 2 }, failed, { ...held, verdict: 'inconclusive' as const }],
    { ...held, verdict: 'aborted', journal: journal('aborted', { stop }) },
  ]),
);
const [first, second, third, fourth, fifth] = root.children as [Element, Element, Element, Element, Element];
const cases = ({ children }: Element) => children.filter(({ tag }) => tag === 'testcase');
const resultOf = (suite: Element, name: string) =>
  cases(suite).find(({ attributes }) => attributes.name === name)?.children[0];

t.test('it is what the schema allows', async (t) => {
  const walk = ({ tag, attributes, children }: Element): void => {
    const allowed = schema[tag];
    t.same(
      Object.keys(attributes).filter((name) => !allowed?.attributes.includes(name)),
      [],
      `attributes of ${tag}`,
    );
    t.same(
      children.filter((child) => !allowed?.children.includes(child.tag)),
      [],
      `children of ${tag}`,
    );
    children.forEach(walk);
  };
  walk(root);
  for (const { tag, attributes } of all(root)) {
    if (tag === 'testsuite' || tag === 'testsuites') t.match(attributes.time, /^\d+\.\d{3}$/);
    if (tag === 'testcase') t.ok(attributes.name && attributes.classname);
  }
});

t.test('the counts are those of the cases', async (t) => {
  t.match(root.attributes, { tests: '10', failures: '3', errors: '2' });
  t.match(first.attributes, { tests: '6', failures: '2', errors: '1', skipped: '1', time: '72.000', id: '0' });
  t.equal(first.attributes.timestamp, '2026-11-23T08:59:50');
  t.equal(first.attributes.name, 'slow-payments #1: Payments answer late');
  for (const suite of root.children) t.equal(cases(suite).length, Number(suite.attributes.tests));
});

t.test('a probe and window is a case: met, missed, without data, not to be asked', async (t) => {
  t.equal(resultOf(first, 'checkout p99 (before)'), undefined);
  t.match(resultOf(first, 'checkout p99 (during)'), {
    tag: 'failure',
    attributes: { message: '4.91 s, expected < 0.5 s', type: 'failure' },
    text: 'observed 4.91 s\nexpected < 0.5 s\nsamples  120\nlooks    20, 18 missed',
  });
  t.match(resultOf(first, 'browse "p99" <&>\ufffd (during)'), { tag: 'skipped', text: /query +a < b && "c"/ });
  t.match(resultOf(first, 'front (during)'), { tag: 'error', attributes: { message: 'no answer\nat all' } });
  t.equal(cases(first)[0]?.attributes.classname, 'experiments.slow-payments');
});

t.test('the verdict is a case as well', async (t) => {
  t.match(resultOf(first, 'verdict'), {
    tag: 'failure',
    attributes: { message: /^deviated: checkout p99 was 4\.91 s/ },
  });
  t.equal(resultOf(second, 'verdict'), undefined);
  t.match(resultOf(third, 'verdict'), { tag: 'error', attributes: { message: 'error: no agent answers' } });
  t.match(resultOf(fourth, 'verdict'), { tag: 'skipped', attributes: { message: 'inconclusive: it held' } });
  t.match(resultOf(fifth, 'verdict'), {
    tag: 'failure',
    attributes: { message: 'aborted: stopped by errors: 12% of requests fail' },
  });
});

t.test('seed and dose are properties', async (t) => {
  const properties = first.children.find(({ tag }) => tag === 'properties')?.children ?? [];
  const values = Object.fromEntries(properties.map(({ attributes }) => [attributes.name, attributes.value]));
  t.match(values, {
    verdict: 'deviated',
    policies: 'naive',
    resilienceScore: '66.7',
    recoveredAfterMs: '3200',
    'fault.slow-payments.requested': /latency 2s inbound/,
    'fault.slow-payments.delivered': /applied 203 of 203/,
  });
  t.ok(Object.keys(values).some((name) => /seed/.test(name)));
});

t.test('no text breaks it', async (t) => {
  const texts = ['\u0000\u001b[31m', ']]>', '<!--', '\ud800 alone', '&#0;', '\uffff', '결제 🌊', '\r\n\t"\''];
  const read = ['\ufffd\ufffd[31m', ']]>', '<!--', '\ufffd alone', '&#0;', '\ufffd', '결제 🌊', '\r\n\t"\''];
  const suites = parsed(junit(texts.map((reason) => ({ ...failed, reason })))).children;
  for (const [index, text] of read.entries())
    t.equal(resultOf(suites[index]!, 'verdict')?.attributes.message, `error: ${text}`);
});
