import t from 'tap';
import { namespace } from './helpers/cluster.ts';
import { installResources } from './helpers/resources.ts';
import { faultOf, verdicts } from './helpers/verdicts.ts';

t.before(installResources);

const target = { selector: { matchLabels: { 'app.kubernetes.io/name': 'orders' } } };
const latency = { kind: 'latency', direction: 'outbound', delay: '2s' };
const good = { target, ttl: '60s', effects: [latency] };
const withEffect = (effect: object) => ({ ...good, effects: [effect] });

/** Typical mistakes: the place that the API server names, and the words of its sentence. */
const mistakes: Record<string, [spec: object, place: string, words: string]> = {
  'no-ttl': [{ target, effects: [latency] }, 'spec.ttl', 'Required value'],
  'ttl-number': [{ ...good, ttl: 60 }, 'spec.ttl', 'must be of type string'],
  'ttl-no-unit': [
    { ...good, ttl: '60' },
    'spec.ttl',
    '`ttl` is "60"; it should be time to live, at most 1h: a duration',
  ],
  'ttl-zero': [{ ...good, ttl: '0s' }, 'spec.ttl', 'a fault needs a time to live, such as 60s'],
  'ttl-too-long': [{ ...good, ttl: '61m' }, 'spec.ttl', '`ttl` is 61m: at most 1h, so that no fault is forgotten'],
  'start-too-late': [{ ...good, startAfter: '60s' }, 'spec.startAfter', 'the ttl of 60s: the fault would never begin'],
  'pulse-nothing': [{ ...good, pulse: { active: '0s', dormant: '1s' } }, 'spec.pulse.active', 'leave `pulse` out'],
  'no-labels': [
    { ...good, target: { selector: { matchLabels: {} } } },
    'spec.target.selector.matchLabels',
    'would hit everything: name at least one label',
  ],
  'no-value': [{ ...good, target: { ...target, mode: 'fixed' } }, 'spec.target.value', '`value` is missing: the count'],
  'half-a-pod': [
    { ...good, target: { ...target, mode: 'fixed', value: 1.5 } },
    'spec.target.value',
    'mode fixed needs a whole number from 1',
  ],
  'over-100': [
    { ...good, target: { ...target, mode: 'fixed-percent', value: 120 } },
    'spec.target.value',
    'mode fixed-percent needs a share from 0 to 100',
  ],
  'value-of-all': [{ ...good, target: { ...target, value: 3 } }, 'spec.target.value', 'leave it out'],
  'kind-misspelt': [
    withEffect({ ...latency, kind: 'latencyy' }),
    'spec.effects[0].kind',
    'supported values: "latency"',
  ],
  'no-direction': [
    withEffect({ kind: 'error', status: 503 }),
    'spec.effects[0].direction',
    '`direction` is missing: inbound (requests that the target receives) or outbound',
  ],
  'no-delay': [
    withEffect({ kind: 'latency', direction: 'inbound' }),
    'spec.effects[0].delay',
    '`delay` is missing: how long it waits in addition: a duration such as 250ms, 2s or 1m30s',
  ],
  'delay-nothing': [withEffect({ ...latency, delay: '0s' }), 'spec.effects[0].delay', 'there would be no fault'],
  'field-of-another-kind': [
    withEffect({ ...latency, status: 503 }),
    'spec.effects[0].status',
    '`status` has no meaning for kind latency: it belongs to error, unready, unhealthy',
  ],
  'jitter-alone': [withEffect({ ...latency, jitter: '1s' }), 'spec.effects[0].jitter', 'name uniform, normal'],
  'no-jitter': [
    withEffect({ ...latency, distribution: 'normal' }),
    'spec.effects[0].distribution',
    '`distribution` normal needs a `jitter`, such as 200ms',
  ],
  'negative-delay': [
    withEffect({ ...latency, distribution: 'uniform', jitter: '3s' }),
    'spec.effects[0].jitter',
    '`jitter` is 3s, more than the delay of 2s: a delay cannot be negative',
  ],
  'inbound-refused': [
    withEffect({ kind: 'abort', direction: 'inbound', code: 'ECONNREFUSED' }),
    'spec.effects[0].code',
    'can only be reset, use ECONNRESET or direction outbound',
  ],
  'exit-code': [withEffect({ kind: 'exit', code: 256 }), 'spec.effects[0].code', 'an exit code from 0 to 255'],
  'error-code-misspelt': [
    withEffect({ kind: 'abort', direction: 'outbound', code: 'ECONRESET' }),
    'spec.effects[0].code',
    'one of: ECONNRESET, ECONNREFUSED',
  ],
  'no-status': [
    withEffect({ kind: 'error', direction: 'inbound' }),
    'spec.effects[0].status',
    '`status` is missing: an HTTP status from 400 to 599',
  ],
  'status-of-a-look-up': [
    withEffect({ kind: 'error', layer: 'dns', code: 'ENOTFOUND', status: 503 }),
    'spec.effects[0].status',
    '`status` belongs to layer http: this effect is on layer dns',
  ],
  'layer-of-another-kind': [
    withEffect({ kind: 'truncate', layer: 'tcp', afterBytes: 1 }),
    'spec.effects[0].layer',
    '`layer` is tcp, not one for kind truncate: one of: http',
  ],
  'path-on-tcp': [
    withEffect({ kind: 'hang', layer: 'tcp', match: { path: '/' } }),
    'spec.effects[0].match.path',
    '`match.path` has no meaning for layer tcp: it belongs to http',
  ],
  'path-without-slash': [
    withEffect({ ...latency, match: { path: 'charges' } }),
    'spec.effects[0].match.path',
    '`path` is charges: a path begins with /',
  ],
  'method-in-small-letters': [
    withEffect({ ...latency, match: { method: ['post'] } }),
    'spec.effects[0].match.method[0]',
    'an HTTP method in capitals, such as POST',
  ],
  'stall-without-end': [
    withEffect({ kind: 'event-loop', stall: '2s', every: '2s' }),
    'spec.effects[0].every',
    '`every` is 2s, from start to start: it must be longer than the stall of 2s',
  ],
  'load-and-stall': [
    withEffect({ kind: 'event-loop', load: 50, stall: '1s', every: '2s' }),
    'spec.effects[0]',
    'by `load` or by `stall` + `every`',
  ],
  'no-size': [withEffect({ kind: 'memory', where: 'rss' }), 'spec.effects[0]', 'by `size` or by `leak`'],
  'leak-in-percent': [
    withEffect({ kind: 'memory', where: 'rss', leak: '5%' }),
    'spec.effects[0].leak',
    '`leak` is 5%: a size each second, such as 64Mi',
  ],
  'share-too-large': [
    withEffect({ ...latency, percentage: 101 }),
    'spec.effects[0].percentage',
    'should be less than or equal to 100',
  ],
};

t.test('says of each mistake where it is and what would be right', async (t) => {
  const objects = Object.entries(mistakes).map(([name, [spec]]) => faultOf(name, spec));
  const { accepted, refusals, stderr } = await verdicts(await namespace(t), objects);
  t.same([...accepted], []);
  for (const [name, [, place, words]] of Object.entries(mistakes)) {
    const said = refusals.get(name) ?? stderr;
    t.ok(said.includes(`${place}: `) && said.includes(words), `${name}: ${place}: ${words}`, { said });
  }
});

t.test('a misspelt field is refused by its name, not dropped', async (t) => {
  for (const [spec, place] of [
    [{ ...good, efects: [] }, 'spec.efects'],
    [withEffect({ ...latency, jiter: '1s' }), 'spec.effects[0].jiter'],
    [withEffect({ ...latency, match: { pth: '/' } }), 'spec.effects[0].match.pth'],
  ] as const) {
    const { accepted, stderr } = await verdicts(await namespace(t), [faultOf('x', spec)]);
    t.equal(accepted.size, 0);
    t.ok(stderr.includes(`unknown field "${place}"`), place);
  }
});

t.test('a name is a label of DNS', async (t) => {
  const { accepted, stderr } = await verdicts(await namespace(t), [
    faultOf('a'.repeat(63), good),
    faultOf('a'.repeat(64), good),
    faultOf('a.b', good),
    faultOf('A', good),
  ]);
  t.same([...accepted], ['a'.repeat(63)]);
  t.match(stderr, /lower-case letters, digits and dashes, at most 63 characters/);
});
