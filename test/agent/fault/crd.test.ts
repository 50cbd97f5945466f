import { readFile, stat } from 'node:fs/promises';
import { effectSchema, type FaultReport, type FaultResourceStatus, faultSpecSchema } from '@pado/fault';
import type { Described } from '@pado/fault/json-schema';
import t from 'tap';
import { parse } from 'yaml';
import type { Rule } from '../../../agent/fault/crd/cel.ts';
import type { CustomResourceDefinition } from '../../../agent/fault/crd/definition.ts';
import type { Node, Structural } from '../../../agent/fault/crd/node.ts';
import type { reportSchema } from '../../../agent/fault/crd/report.ts';
import type { statusSchema } from '../../../agent/fault/crd/status.ts';
import { addRules, structural } from '../../../agent/fault/crd/structural.ts';
import { crdFiles, faultDefinition, faultReportDefinition } from '../../../agent/fault/crd.ts';

const schemaOf = ({ spec }: CustomResourceDefinition): Structural => spec.versions[0]!.schema.openAPIV3Schema;
const spec = schemaOf(faultDefinition).properties!.spec!;
const effect = spec.properties!.effects!.items!;
const branches = (effectSchema as Node).oneOf!;

/** Every schema within one. */
const within = (schema: Structural): Structural[] => [
  schema,
  ...Object.values(schema.properties ?? {}).flatMap(within),
  ...(schema.items ? within(schema.items) : []),
  ...(schema.additionalProperties ? within(schema.additionalProperties) : []),
];
const rules = (schema: Structural): Rule[] => within(schema).flatMap((one) => one['x-kubernetes-validations'] ?? []);

t.test('the chart holds what the schema gives', async (t) => {
  for (const [path, text] of Object.entries(crdFiles)) {
    t.equal(await readFile(path, 'utf8'), text, 'node agent/fault/crd.ts writes it');
    t.ok((await stat(path)).size <= 200_000, `${path} is small enough`);
  }
});

t.test('a template is its resource between conditions, with nothing else for Helm to read', async (t) => {
  const texts = Object.values(crdFiles);
  for (const [index, definition] of [faultDefinition, faultReportDefinition].entries()) {
    const lines = texts[index]!.split('\n');
    const rendered = lines.filter((line) => !line.trimStart().startsWith('{{- '));
    t.notOk(rendered.some((line) => line.includes('{{')));
    const { metadata, ...rest } = parse(rendered.join('\n'));
    t.same({ ...rest, metadata: { name: metadata.name } }, definition);
    t.same(metadata.annotations, { 'helm.sh/resource-policy': 'keep' });
  }
});

t.test('it has each kind and each field of an effect, and no others', async (t) => {
  t.same(
    effect.properties!.kind!.enum,
    branches.map((branch) => branch.properties!.kind!.const),
  );
  const fields = new Set(branches.flatMap((branch) => Object.keys(branch.properties!)));
  t.same(Object.keys(effect.properties!).sort(), [...fields].sort());
});

t.test('it has each field of a spec, in depth, and requires the same', async (t) => {
  const compare = (node: Node, schema: Structural | undefined, path: string): void => {
    if (!schema) return void t.fail(`${path} is missing`);
    if (node.discriminator) return;
    t.same(Object.keys(schema.properties ?? {}), Object.keys(node.properties ?? {}), `fields of ${path}`);
    t.same(schema.required ?? [], node.required ?? [], `required of ${path}`);
    for (const [name, field] of Object.entries(node.properties ?? {}))
      compare(field, schema.properties?.[name], `${path}.${name}`);
    if (node.items) compare(node.items, schema.items, `${path}[]`);
  };
  compare(faultSpecSchema as Node, spec, 'spec');
  const latency = branches.find((branch) => branch.properties!.kind!.const === 'latency')!;
  compare(latency.properties!.match!, effect.properties!.match, 'match');
});

t.test('for each kind and field a rule says whether it is required, and whose it is', async (t) => {
  const said = effect['x-kubernetes-validations']!;
  for (const { properties = {}, required = [] } of branches) {
    const kind = properties.kind!.const!;
    for (const field of required.filter((name) => name !== 'kind'))
      t.ok(
        said.some(({ rule }) => rule === `!(self.kind == '${kind}') || (has(self.${field}))`),
        `${kind} ${field}`,
      );
  }
  for (const field of Object.keys(effect.properties!)) {
    const owners = branches
      .filter((branch) => field in branch.properties!)
      .map((branch) => branch.properties!.kind!.const);
    if (owners.length === branches.length) continue;
    const rule = said.find(({ rule }) => rule.startsWith(`!(has(self.${field})) || (self.kind `));
    t.same(
      [...rule!.rule.matchAll(/'([^']+)'/g)].map(([, kind]) => kind),
      owners,
      field,
    );
  }
});

t.test('every rule has a sentence, and every text in a rule a limit', async (t) => {
  const all = rules(schemaOf(faultDefinition));
  t.ok(all.length > 50);
  for (const { rule, message } of all) {
    t.ok(message.length > 20 && message.length <= 2_048 && !message.includes('\n'), rule);
    t.notOk(message.includes('undefined'), message);
  }
  for (const schema of within(spec))
    if (schema.type === 'string' && schema.description !== 'a text.')
      t.type(schema.maxLength, 'number', `${schema.description}`);
});

t.test('rules use what every Kubernetes from 1.29 knows', async (t) => {
  const calls = new Set<string>();
  for (const { rule, messageExpression = '' } of rules(schemaOf(faultDefinition)))
    for (const [, name] of `${rule} ${messageExpression}`.replaceAll(/r?'(\\.|[^'\\])*'/g, "''").matchAll(/(\w+)\(/g))
      calls.add(name!);
  const known = ['contains', 'double', 'duration', 'endsWith', 'has', 'int', 'matches', 'size', 'startsWith', 'type'];
  t.same([...calls].filter((name) => name !== 'in').sort(), known);
  t.notMatch(JSON.stringify(faultDefinition), /optionalOldSelf|selectableFields/);
});

t.test('a structural schema has no alternatives, constants or defaults', async (t) => {
  for (const definition of [faultDefinition, faultReportDefinition]) {
    for (const schema of within(schemaOf(definition))) {
      for (const keyword of ['oneOf', 'anyOf', 'const', 'default', 'discriminator', 'pattern', 'if'])
        t.notOk(keyword in schema, `${keyword} in ${schema.description}`);
      t.ok(schema.type ?? schema['x-kubernetes-int-or-string'], `${schema.description}`);
    }
  }
});

t.test('what it cannot say is an error, not lost', async (t) => {
  t.throws(() => structural({ type: 'string', format: 'uri', contentEncoding: 'base64' }), /contentEncoding/);
  t.throws(() => structural({ type: 'object', oneOf: [{ required: ['a'] }] }), /two alternatives/);
  t.throws(() => structural({ type: 'object', anyOf: [{ properties: {} }] }), /only require/);
  t.throws(() => addRules(structuredClone(spec), 'effects[].jiter', []), /no effects\[\]\.jiter/);
});

/** True when two types have the same fields, in depth, required and optional alike. */
type Plain<T> = T extends readonly (infer I)[]
  ? Plain<I>[]
  : T extends object
    ? { -readonly [K in keyof T]: Plain<T[K]> }
    : T;
type Same<A, B> = (<T>() => T extends Plain<A> ? 1 : 2) extends <T>() => T extends Plain<B> ? 1 : 2 ? true : false;

t.test('status and report have the fields that agents write', async (t) => {
  const status: Same<Described<typeof statusSchema>, FaultResourceStatus> = true;
  const report: Same<Described<typeof reportSchema>, Omit<FaultReport, 'apiVersion' | 'kind' | 'metadata'>> = true;
  t.ok(status && report, 'a type error otherwise');
});
