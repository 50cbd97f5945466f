import { validateFault } from '@pado/daemon';
import { apiVersion } from '@pado/fault';
import t from 'tap';

const target = { selector: { matchLabels: { 'app.kubernetes.io/name': 'orders' } } };
const latency = { kind: 'latency', direction: 'outbound', delay: '2s' };
const fault = (spec: object) => ({ apiVersion, kind: 'Fault', metadata: { name: 'x' }, spec });
const good = { target, ttl: '60s', effects: [latency] };
const withEffect = (effect: object) => ({ ...good, effects: [effect] });

t.test('accepts what the design shows', async (t) => {
  const spec = {
    target: { ...target, container: 'app', mode: 'all' },
    ttl: '60s',
    startAfter: '0s',
    pulse: { active: '10s', dormant: '20s' },
    seed: 7,
    leaseName: 'run-42',
    stopped: false,
    effects: [
      {
        kind: 'latency',
        layer: 'http',
        direction: 'outbound',
        match: {
          service: 'payments',
          method: ['POST'],
          path: '/charges/*',
          headers: {},
          baggage: { 'pado.cohort': 'canary' },
        },
        percentage: 100,
        sampling: 'attempt',
        delay: '2s',
        jitter: '200ms',
        distribution: 'normal',
      },
      { kind: 'error', direction: 'inbound', status: 503 },
      { kind: 'abort', direction: 'outbound', code: 'ETIMEDOUT' },
      { kind: 'event-loop', stall: '2s', every: '5s' },
      { kind: 'cpu', load: 50 },
      { kind: 'memory', where: 'rss', size: '64Mi', ramp: '5s' },
      { kind: 'memory', where: 'heap', leak: '1Mi', size: '50%', allowKill: true },
    ],
  };
  t.match(validateFault(fault(spec)), { fault: { spec } });
});

t.test('accepts every kind on every layer that it has', async (t) => {
  const kinds: object[] = [
    ...['http', 'tcp', 'dns'].map((layer) => ({ kind: 'latency', layer, delay: '1s' })),
    { kind: 'error', layer: 'http', status: 503 },
    { kind: 'error', layer: 'dns', code: 'ENOTFOUND', match: { host: '*.example' } },
    ...['http', 'tcp'].flatMap((layer) => [
      { kind: 'abort', layer },
      { kind: 'hang', layer },
      { kind: 'throttle', layer, bytesPerSecond: 1 },
    ]),
    { kind: 'truncate', afterBytes: 0 },
  ].map((effect) => (effect.layer === 'tcp' || effect.layer === 'dns' ? effect : { ...effect, direction: 'inbound' }));
  const process: object[] = [
    { kind: 'event-loop', load: 10 },
    { kind: 'cpu', load: 10 },
    { kind: 'memory', where: 'rss', size: '1Mi' },
    { kind: 'gc', rate: '10Mi' },
    { kind: 'threadpool' },
    { kind: 'threadpool', occupied: 2 },
    { kind: 'sockets', held: 10 },
    { kind: 'exit', code: 3 },
    { kind: 'kill' },
    { kind: 'throw', message: 'boom' },
    { kind: 'reject' },
    { kind: 'unready' },
    { kind: 'unhealthy', paths: ['/alive'] },
  ];
  for (const effect of [...kinds, ...process])
    t.match(validateFault(fault(withEffect(effect))), { fault: {} }, JSON.stringify(effect));
});

/** Each wrong spec with the place and the words of its sentence. */
const wrong: [what: string, spec: object, path: string, words: RegExp][] = [
  ['no ttl', { target, effects: [latency] }, 'spec', /`ttl` is missing.*such as 250ms, 2s/],
  ['no target', { ttl: '60s', effects: [latency] }, 'spec', /`target` is missing/],
  ['no effects', { target, ttl: '60s', effects: [] }, 'spec.effects', /one or more effects/],
  ['a number for a ttl', { ...good, ttl: 60 }, 'spec.ttl', /write the unit, such as 60s/],
  ['a ttl without unit', { ...good, ttl: '60' }, 'spec.ttl', /a duration such as/],
  ['a wrong unit', { ...good, ttl: '60sec' }, 'spec.ttl', /"60sec".*a duration such as/],
  ['a negative ttl', { ...good, ttl: '-5s' }, 'spec.ttl', /a duration such as/],
  ['no time to live', { ...good, ttl: '0s' }, 'spec.ttl', /needs a time to live/],
  ['a ttl over an hour', { ...good, ttl: '61m' }, 'spec.ttl', /at most 1h/],
  ['a start after the end', { ...good, startAfter: '60s' }, 'spec.startAfter', /would never begin/],
  ['an empty pulse', { ...good, pulse: { active: '0s', dormant: '1s' } }, 'spec.pulse.active', /leave `pulse` out/],
  ['half a pulse', { ...good, pulse: { active: '1s' } }, 'spec.pulse', /`dormant` is missing/],
  ['a misspelt field', { ...good, efects: [] }, 'spec.efects', /did you mean `effects`/],
  [
    'a misspelt field of an effect',
    withEffect({ ...latency, jiter: '1s' }),
    'spec.effects.0.jiter',
    /did you mean `jitter`/,
  ],
  ['a misspelt kind', withEffect({ ...latency, kind: 'latencyy' }), 'spec.effects.0.kind', /did you mean `latency`/],
  ['no kind', withEffect({ delay: '2s' }), 'spec.effects.0', /`kind` is missing; one of: latency/],
  [
    'a misspelt direction',
    withEffect({ ...latency, direction: 'inbond' }),
    'spec.effects.0.direction',
    /did you mean `inbound`/,
  ],
  ['no direction', withEffect({ kind: 'error', status: 503 }), 'spec.effects.0', /`direction` is missing/],
  ['no delay', withEffect({ kind: 'latency', direction: 'inbound' }), 'spec.effects.0', /`delay` is missing/],
  ['nothing to wait for', withEffect({ ...latency, delay: '0s' }), 'spec.effects.0.delay', /no fault/],
  ['too large a share', withEffect({ ...latency, percentage: 101 }), 'spec.effects.0.percentage', /0 to 100/],
  [
    'a share as text',
    withEffect({ ...latency, percentage: '50%' }),
    'spec.effects.0.percentage',
    /a number from 0 to 100/,
  ],
  ['jitter without distribution', withEffect({ ...latency, jitter: '1s' }), 'spec.effects.0.jitter', /name uniform/],
  [
    'distribution without jitter',
    withEffect({ ...latency, distribution: 'normal' }),
    'spec.effects.0.distribution',
    /needs a `jitter`/,
  ],
  [
    'a negative delay',
    withEffect({ ...latency, distribution: 'uniform', jitter: '3s' }),
    'spec.effects.0.jitter',
    /cannot be negative/,
  ],
  [
    'a status that is no error',
    withEffect({ kind: 'error', direction: 'inbound', status: 200 }),
    'spec.effects.0.status',
    /400 to 599/,
  ],
  [
    'inbound refusal',
    withEffect({ kind: 'abort', direction: 'inbound', code: 'ECONNREFUSED' }),
    'spec.effects.0.code',
    /only be reset/,
  ],
  [
    'an unknown system error',
    withEffect({ kind: 'abort', direction: 'outbound', code: 'ECONRESET' }),
    'spec.effects.0.code',
    /did you mean `ECONNRESET`/,
  ],
  [
    'an inbound service',
    withEffect({ ...latency, direction: 'inbound', match: { service: 'payments' } }),
    'spec.effects.0.match.service',
    /target\.selector/,
  ],
  [
    'a method in small letters',
    withEffect({ ...latency, match: { method: ['post'] } }),
    'spec.effects.0.match.method.0',
    /in capitals/,
  ],
  [
    'a path without slash',
    withEffect({ ...latency, match: { path: 'charges' } }),
    'spec.effects.0.match.path',
    /begins with \//,
  ],
  [
    'a broken expression',
    withEffect({ ...latency, match: { path: '/^(/' } }),
    'spec.effects.0.match.path',
    /not a regular expression/,
  ],
  ['a port beyond', withEffect({ ...latency, match: { port: 70_000 } }), 'spec.effects.0.match.port', /1 to 65535/],
  [
    'load and stall',
    withEffect({ kind: 'event-loop', load: 50, stall: '1s', every: '2s' }),
    'spec.effects.0',
    /`load` or by `stall` \+ `every`/,
  ],
  [
    'a stall without end',
    withEffect({ kind: 'event-loop', stall: '2s', every: '2s' }),
    'spec.effects.0.every',
    /longer than the stall/,
  ],
  [
    'too long a stall',
    withEffect({ kind: 'event-loop', stall: '31s', every: '60s' }),
    'spec.effects.0.stall',
    /at most 30s/,
  ],
  [
    'a size without unit',
    withEffect({ kind: 'memory', where: 'rss', size: 64 }),
    'spec.effects.0.size',
    /such as 64Mi/,
  ],
  [
    'a path on layer tcp',
    withEffect({ kind: 'hang', layer: 'tcp', match: { path: '/' } }),
    'spec.effects.0.match.path',
    /known there: service, host, port/,
  ],
  [
    'a port on layer dns',
    withEffect({ ...latency, layer: 'dns', match: { port: 5432 } }),
    'spec.effects.0.match.port',
    /known there: host/,
  ],
  [
    'tcp inbound',
    withEffect({ kind: 'abort', layer: 'tcp', direction: 'inbound' }),
    'spec.effects.0.direction',
    /is outbound/,
  ],
  [
    'a layer that a kind has not',
    withEffect({ kind: 'truncate', layer: 'tcp', afterBytes: 1 }),
    'spec.effects.0.layer',
    /one of: http/,
  ],
  [
    'sampling by request on tcp',
    withEffect({ kind: 'hang', layer: 'tcp', sampling: 'request' }),
    'spec.effects.0.sampling',
    /use attempt/,
  ],
  [
    'at on dns',
    withEffect({ kind: 'latency', layer: 'dns', delay: '1s', at: 'after' }),
    'spec.effects.0.at',
    /leave it out/,
  ],
  [
    'an error without status',
    withEffect({ kind: 'error', direction: 'inbound' }),
    'spec.effects.0',
    /`status` is missing/,
  ],
  [
    'a look-up without code',
    withEffect({ kind: 'error', layer: 'dns' }),
    'spec.effects.0',
    /`code` is missing: ENOTFOUND/,
  ],
  [
    'a status for a look-up',
    withEffect({ kind: 'error', layer: 'dns', code: 'ENOTFOUND', status: 503 }),
    'spec.effects.0.status',
    /belongs to layer http/,
  ],
  [
    'neither size nor leak',
    withEffect({ kind: 'memory', where: 'rss' }),
    'spec.effects.0',
    /`size` is missing|wrong combination/,
  ],
  [
    'a leak in percent',
    withEffect({ kind: 'memory', where: 'rss', leak: '5%' }),
    'spec.effects.0.leak',
    /such as 64Mi/,
  ],
  [
    'leak and ramp',
    withEffect({ kind: 'memory', where: 'rss', leak: '5Mi', ramp: '1s' }),
    'spec.effects.0.ramp',
    /leave one out/,
  ],
  ['a rate in percent', withEffect({ kind: 'gc', rate: '5%' }), 'spec.effects.0.rate', /such as 64Mi/],
  [
    'no rate',
    withEffect({ kind: 'throttle', direction: 'inbound', bytesPerSecond: 0 }),
    'spec.effects.0.bytesPerSecond',
    /whole number of bytes/,
  ],
  ['an exit code beyond', withEffect({ kind: 'exit', code: 256 }), 'spec.effects.0.code', /0 to 255/],
  [
    'a probe path without slash',
    withEffect({ kind: 'unready', paths: ['readyz'] }),
    'spec.effects.0.paths.0',
    /such as \/readyz/,
  ],
  ['fixed without value', { ...good, target: { ...target, mode: 'fixed' } }, 'spec.target', /`value` is missing/],
  ['half a target', { ...good, target: { ...target, mode: 'fixed', value: 1.5 } }, 'spec.target.value', /whole number/],
  [
    'too large a percentage',
    { ...good, target: { ...target, mode: 'fixed-percent', value: 120 } },
    'spec.target.value',
    /0 to 100/,
  ],
  ['a value for all', { ...good, target: { ...target, value: 3 } }, 'spec.target.value', /leave it out/],
  [
    'everything as target',
    { ...good, target: { selector: { matchLabels: {} } } },
    'spec.target.selector.matchLabels',
    /at least one label/,
  ],
];

t.test('says of each wrong spec where it is wrong and what would be right', async (t) => {
  for (const [what, spec, path, words] of wrong) {
    const result = validateFault(fault(spec));
    const problems = 'problems' in result ? result.problems : [];
    const found = problems.find((problem) => problem.path.join('.') === path);
    t.match(found?.message ?? JSON.stringify(problems), words, what);
  }
});

t.test('says one thing a place, and everything at once', async (t) => {
  const result = validateFault(fault({ ttl: 60, efects: [], target }));
  t.same('problems' in result ? result.problems.map(({ path }) => path.join('.')).sort() : [], [
    'spec',
    'spec.efects',
    'spec.ttl',
  ]);
});

t.test('never throws, whatever it is given', async (t) => {
  for (const value of [
    null,
    1,
    'x',
    [],
    {},
    { spec: null },
    fault({ effects: null }),
    fault({ ...good, effects: [null] }),
  ]) {
    t.ok('problems' in validateFault(value), JSON.stringify(value));
  }
});
