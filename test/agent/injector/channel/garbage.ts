import fc from 'fast-check';

/** Values nested so deeply that a recursive reader runs out of stack. */
const deepArray = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const deepObject = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

const keys = ['uid', 'spec', 'name', 'reason', 'effects', 'services', 'elapsedMs', 'remainingMs'] as const;
const moreKeys = ['labels', 'ports', 'instance', 'version', 'state', 'pid', '__proto__', 'constructor'] as const;

/**
 * Text of any code points. Not fast-check's own `binary`: that makes a table of them all first, for seconds in which this
 * process, which is also the agent, is silent; an injector leaves it for that.
 */
export const anyText = (maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.integer({ min: 0, max: 0x10_ff_ff }).map((point) => String.fromCodePoint(point)), maxLength });

const anything = fc.anything({ withNullPrototype: false, maxDepth: 3 });
/** What has no JSON (a function, undefined, a bigint) is null. */
const json = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch {
    return 'null';
  }
};

/** One line that is nothing of the protocol, or a message of one of these types with any fields at all. */
export const line = (types: readonly string[]): fc.Arbitrary<string> =>
  fc
    .oneof(
      anyText(200),
      anything.map(json),
      fc.constantFrom(
        '',
        ' ',
        '{',
        '"',
        '\u0000',
        '\ufeff{}',
        '{"type":"__proto__"}',
        '{"__proto__":{"type":"goaway"}}',
      ),
      fc.constantFrom(deepArray(100), deepArray(20_000), deepObject(100), deepObject(20_000)),
      fc
        .tuple(fc.constantFrom(...types), fc.dictionary(fc.constantFrom(...keys, ...moreKeys), anything))
        .map(([type, fields]) => json({ ...fields, type })),
    )
    .map((text) => text.replaceAll('\n', ''));

const effect = { kind: 'error', direction: 'inbound', status: 500 } as const;
const spec = { target: { selector: { matchLabels: {} } }, ttl: '20s', effects: [effect] };

/** The `arm` of a fault that fails every request. */
export const armOf = (uid: string) =>
  ({ type: 'arm', uid, name: 'n', spec, elapsedMs: 0, remainingMs: 20_000, services: {} }) as const;

const wrong = [null, '', true, [[]], { length: 1e9 }, -1, [null]] as const;

/** The same with one part replaced by something of a wrong kind. */
export const brokenArm: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('uid', 'spec', 'elapsedMs', 'remainingMs', 'services', 'ttl', 'effects', 'kind', 'status'),
    fc.constantFrom<unknown>(...wrong),
  )
  .map(([key, value]) => {
    const arm = armOf('garbage');
    const one = { [key]: value };
    if (key === 'ttl' || key === 'effects') return json({ ...arm, spec: { ...spec, ...one } });
    if (key === 'kind') return json({ ...arm, spec: { ...spec, effects: [{ ...effect, ...one }] } });
    // An error that has no status at all.
    if (key === 'status')
      return json({ ...arm, spec: { ...spec, effects: [{ kind: 'error', direction: 'inbound' }] } });
    return json({ ...arm, ...one });
  });

/** A text in pieces, cut anywhere. */
export function pieces(text: string, cuts: readonly number[]): string[] {
  const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
  return [...places, text.length].map((place, index) => text.slice(places[index - 1] ?? 0, place));
}
