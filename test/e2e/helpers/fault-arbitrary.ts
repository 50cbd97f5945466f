import { type Effect, effectSchema, type FaultSpec, targetSchema } from '@pado/fault';
import fc from 'fast-check';

interface Node {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly additionalProperties?: Node | false;
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly oneOf?: readonly Node[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly discriminator?: unknown;
}

const durations = ['0s', '0ms', '0.5ms', '250ms', '1.5s', '2s', '1m30s', '30s', '31s', '60s', '1h', '61m', '0h1ms'];
const sizes = ['0', '0Mi', '0.0Ki', '10', '64Mi', '1.5G', '50%', '0%'];
/** By how it is spelt: what fits a pattern, or what a text without one could be. */
const texts = new Map([
  ['(ms|s|m|h)', durations],
  ['(Ki|Mi', sizes],
  ['[A-Z]', ['GET', 'POST']],
  ['^/', ['/readyz', '/']],
  ['', ['/charges/*', '*', 'charges', 'x']],
]);
const optionalOf: fc.Arbitrary<boolean> = fc.oneof(
  { weight: 4, arbitrary: fc.constant(false) },
  { weight: 1, arbitrary: fc.constant(true) },
);

/** Values that fit a schema, on its bounds more often than not. */
function anyOf(node: Node): fc.Arbitrary<unknown> {
  if (node.discriminator) return fc.oneof(...(node.oneOf ?? []).map(anyOf));
  if (node.const !== undefined) return fc.constant(node.const);
  if (node.enum) return fc.constantFrom(...node.enum);
  if (node.type === 'boolean') return fc.boolean();
  if (node.type === 'integer' || node.type === 'number') return numberOf(node);
  if (node.type === 'string') {
    const known = [...texts].find(([part]) => (node.pattern ?? '').includes(part) && (part !== '' || !node.pattern));
    return fc.constantFrom(...(known?.[1] ?? ['x']));
  }
  if (node.items) return fc.array(anyOf(node.items), { minLength: 1, maxLength: 2 });
  if (node.additionalProperties) return anyOf(node.additionalProperties).map((value) => ({ key: value }));
  return objectOf(node);
}

const numberOf = ({ type, minimum = 0, maximum = 100 }: Node): fc.Arbitrary<number> =>
  fc.constantFrom(minimum, maximum, Math.min(minimum + 1, maximum), type === 'number' ? minimum + 0.5 : maximum - 1);

function objectOf({ properties = {}, required = [] }: Node): fc.Arbitrary<Record<string, unknown>> {
  const fields = Object.entries(properties).map(([name, node]) =>
    fc.tuple(fc.constant(name), anyOf(node), required.includes(name) ? fc.constant(true) : optionalOf),
  );
  return fc
    .tuple(...fields)
    .map((all) => Object.fromEntries(all.filter(([, , isThere]) => isThere).map(([name, value]) => [name, value])));
}

const branches = (effectSchema as Node).oneOf ?? [];
const allFields = [...new Set(branches.flatMap((branch) => Object.keys(branch.properties ?? {})))];
const strange = [-1, 1.5, 256, 1e9, '', '60', '5 s', '-5s', 'x', true, ['x'], { x: 'y' }];

type Change = (of: Record<string, unknown>) => Record<string, unknown>;

/** What goes wrong by hand: a field of another kind, a misspelt one, one left out, a value of another sort. */
const slip: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(fc.constantFrom(...allFields), fc.constantFrom(...strange, ...durations)).map(
    ([name, value]): Change =>
      (of) => ({ ...of, [name]: value }),
  ),
  fc.nat().map(
    (n): Change =>
      (of) => {
        const name = Object.keys(of)[n % Object.keys(of).length];
        return Object.fromEntries(Object.entries(of).filter(([key]) => key !== name));
      },
  ),
  fc.constantFrom('jiter', 'spec').map(
    (name): Change =>
      (of) => ({ ...of, [name]: '1s' }),
  ),
);

const withDirection: Change = (effect) => {
  const branch = branches.find(({ properties }) => properties?.kind?.const === effect.kind);
  const isHttp = effect.layer === undefined || effect.layer === 'http';
  return isHttp && branch?.properties?.direction ? { direction: 'outbound', ...effect } : effect;
};

/** An effect of any kind that fits its schema, though its fields may not fit one another. */
export const anyEffect = anyOf(effectSchema as Node).map((effect) =>
  withDirection(effect as Record<string, unknown>),
) as fc.Arbitrary<Record<string, unknown>> as unknown as fc.Arbitrary<Effect>;

const selector = { matchLabels: { 'app.kubernetes.io/name': 'orders' } };
const good = { target: { selector }, ttl: '60s' };

/** Specs with one effect each, right and wrong. */
export const anySpec: fc.Arbitrary<FaultSpec> = fc
  .tuple(anyEffect, fc.option(slip, { freq: 2 }))
  .map(([effect, change]) => ({
    ...good,
    effects: [change ? change(effect as unknown as Record<string, unknown>) : effect],
  })) as unknown as fc.Arbitrary<FaultSpec>;

const framePart = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc
    .option(of, { freq: 1, nil: undefined })
    .chain((value) => optionalOf.map((isThere) => (isThere ? value : undefined)));

/** Specs whose effect is right and whose other fields are any that fit the schema, or slip. */
export const anyFrame: fc.Arbitrary<FaultSpec> = fc
  .record({
    ttl: fc.constantFrom(...durations, '60s', '60s', '1m30s', '1h', '60'),
    startAfter: framePart(fc.constantFrom(...durations)),
    pulse: framePart(fc.record({ active: fc.constantFrom(...durations), dormant: fc.constantFrom(...durations) })),
    seed: framePart(fc.constantFrom(0, 7, 2 ** 32 - 1, 2 ** 32)),
    leaseName: framePart(fc.constantFrom('run-42', '')),
    stopped: framePart(fc.boolean()),
    mode: fc.option(fc.constantFrom(...((targetSchema as Node).properties?.mode?.enum ?? []), 'two'), {
      nil: undefined,
    }),
    value: fc.option(fc.constantFrom(0, 1, 1.5, 100, 120), { nil: undefined }),
  })
  .map(({ mode, value, ...rest }) =>
    // Without what is undefined, as a file would be.
    JSON.parse(JSON.stringify({ ...rest, target: { selector, mode, value }, effects: [{ kind: 'kill' }] })),
  );
