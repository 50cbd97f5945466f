import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import type { Asking } from '../../../runner/src/experiment/ask.ts';
import { inWords, judge } from '../../../runner/src/experiment/tolerance.ts';
import type { Tolerance } from '../../../runner/src/experiment/tolerance-schema.ts';
import { strain } from '../../../runner/src/experiment/tolerance-weigh.ts';
import { failure } from '../../helpers/failure.ts';

const asking = (more: Partial<Asking> = {}): Asking =>
  ({
    call: { signal: new AbortController().signal, configuration: {}, secrets: {}, cwd: process.cwd() },
    ...more,
  }) as Asking;
const of = (output: unknown, tolerance: Tolerance, durationMs = 0) =>
  judge({ output, durationMs }, tolerance, asking());

const compare = (comparator: '<' | '<=' | '>' | '>=' | '==' | '!='): Tolerance => ({
  type: 'compare',
  comparator,
  value: 5,
});

/** A tolerance, its words, and whether it takes 4, 5 and 6. */
const numbers: readonly (readonly [Tolerance, string, readonly [boolean, boolean, boolean]])[] = [
  [5, '= 5 s', [false, true, false]],
  [[5, 6], '5 to 6 s', [false, true, true]],
  [[4, 5, 7], '4, 5 or 7 s', [true, true, false]],
  [{ type: 'range', range: [4, 5] }, '4 to 5 s', [true, true, false]],
  [compare('<'), '< 5 s', [true, false, false]],
  [compare('<='), '≤ 5 s', [true, true, false]],
  [compare('>'), '> 5 s', [false, false, true]],
  [compare('>='), '≥ 5 s', [false, true, true]],
  [compare('=='), '= 5 s', [false, true, false]],
  [compare('!='), '≠ 5 s', [true, false, true]],
  [{ type: 'compare', comparator: 'between', value: 5, upper: 6 }, '5 to 6 s', [false, true, true]],
  [{ type: 'compare', comparator: 'oneOf', values: [4, 6] }, '4 or 6 s', [true, false, true]],
];
t.test('numbers', async (t) => {
  for (const [tolerance, words, fits] of numbers) {
    t.equal(inWords(tolerance, 's'), words);
    const judged = await Promise.all([4, 5, 6].map((value) => of(value, tolerance)));
    t.same(
      judged,
      [4, 5, 6].map((value, i) => ({ met: fits[i], value })),
      words,
    );
  }
  t.equal(inWords(compare('>='), '%'), '≥ 5%', 'a percent sign stands close');
  t.equal(inWords(5), '= 5', 'without a unit');
});

t.test(
  'comparators take the part that is the target, the status of an answer, and texts that are numbers',
  async (t) => {
    const answer = { status: 0, stdout: '7\n', stderr: '' };
    t.same(await of(answer, { type: 'compare', comparator: '<', value: 1 }), { met: true, value: 0 });
    t.same(await of(answer, { type: 'compare', comparator: '>', value: 6, target: 'stdout' }), { met: true, value: 7 });
    t.same(await of('ready\n', { type: 'compare', comparator: '==', value: 'ready' }), { met: true, value: 'ready\n' });
    t.same(await of('x', { type: 'compare', comparator: '<', value: 1 }), { met: false, value: 'x' });
    t.same(await of('True', { type: 'compare', comparator: 'oneOf', values: ['True', 'Unknown'] }), {
      met: true,
      value: 'True',
    });
    t.same(await of(true, { type: 'compare', comparator: '==', value: true }), { met: true, value: true });
  },
);

t.test('the part that was judged', async (t) => {
  const http = { status: 503, headers: {}, body: `<p>${'late '.repeat(100)}</p>` };
  t.same(await of(http, 200), { met: false, value: 503 }, 'the status');
  t.same(await of(http, { type: 'regex', target: 'body', pattern: 'la.e' }), { met: true, value: 'late' }, 'the match');
  const missed = await of(http, { type: 'regex', target: 'body', pattern: 'early' });
  t.match(missed, { met: false, value: /^<p>late .*…$/ }, 'without a match the text');
  t.equal(String(missed.value).length, 201, 'cut');
  t.same(
    await of({ a: [1, 2] }, { type: 'jsonpath', path: '$.a[*]', count: 3 }),
    { met: false, value: 2 },
    'the count',
  );
  t.same(await of({ a: 'ok' }, { type: 'jsonpath', path: '$.a' }), { met: true, value: 'ok' }, 'what a path finds');
  t.same(await of({ a: 'ok' }, { type: 'jsonpath', path: '$.b' }), { met: false, value: '[]' }, 'nothing found');
  t.match(await failure(of('x', { type: 'regex', pattern: '(' })), { code: 'ERR_PADO_INVALID' });
  t.match(await failure(of({}, { type: 'jsonpath', path: '$[' })), { code: 'ERR_PADO_INVALID' });
});

t.test('an answer, part by part', async (t) => {
  const answer = { status: 503, headers: { 'Retry-After': '2' }, body: '{"error":"busy"}' };
  const whole: Tolerance = {
    type: 'response',
    status: [502, 503],
    headers: { 'retry-after': '^[0-9]+$' },
    body: 'busy',
    within: '100ms',
  };
  t.same(await of(answer, whole, 42.4), {
    met: true,
    value: '503, retry-after: 2, after 42 ms, body: {"error":"busy"}',
  });
  t.same(await of(answer, { type: 'response', status: 503 }), { met: true, value: 503 }, 'the status alone');
  const misses: readonly (readonly [string, unknown, number])[] = [
    ['status', { ...answer, status: 500 }, 42],
    ['header', { ...answer, headers: {} }, 42],
    ["header's value", { ...answer, headers: { 'retry-after': 'soon' } }, 42],
    ['body', { ...answer, body: 'fine' }, 42],
    ['time', answer, 101],
    ['kind', 'a text', 1],
  ];
  for (const [what, output, tookMs] of misses) t.equal((await of(output, whole, tookMs)).met, false, what);
  t.match(await of({ ...answer, headers: {} }, whole, 1_500), {
    value: '503, no retry-after, after 1,500 ms, body: {"error":"busy"}',
  });
  const body = { status: 200, headers: {}, body: { state: 'ok' } };
  t.ok((await of(body, { type: 'response', body: '"state":"ok"' })).met, 'a parsed body is searched as JSON');
});

t.test('no answer', async (t) => {
  const none = { failed: true, reason: 'the connection was refused' };
  for (const tolerance of [true, 200, [200, 503], 'ok', { type: 'range', range: [0, 1] }] as const)
    t.same(await of(none, tolerance as Tolerance), { met: false, value: none.reason });
  t.ok((await of(none, { type: 'response', failed: true })).met);
  t.notOk((await of(none, { type: 'response', failed: true, within: '1s' }, 1_001)).met, 'that comes too late');
  t.notOk((await of(none, { type: 'response', status: 503 })).met);
  t.notOk((await of({ status: 200, headers: {}, body: '' }, { type: 'response', failed: true })).met, 'an answer');
});

t.test('another call judges', async (t) => {
  const program: Tolerance = {
    type: 'probe',
    name: 'a judge',
    provider: { type: 'process', path: process.execPath, arguments: { '-p': 'process.argv[1]', '--': '' } },
    tolerance: { type: 'regex', target: 'stdout', pattern: '^value' },
  };
  t.same(await of('ok', program), { met: true, value: 'ok' }, 'with its name and value as arguments');
  const server = createServer((request, response) => {
    response.end(new URL(request.url ?? '', 'http://x').searchParams.get('value'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const page: Tolerance = {
    type: 'probe',
    name: 'a judge',
    provider: { type: 'http', url },
    tolerance: { type: 'regex', target: 'body', pattern: '^7$' },
  };
  t.ok((await of(7, page)).met);
  t.notOk((await of(8, page)).met);
  const { tolerance: _, ...bare } = page;
  t.ok((await of(8, bare as Tolerance)).met, 'without a tolerance any answer is true, as in Chaos Toolkit');
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
  t.notOk((await of(7, page)).met, 'and none is a miss');
  const python = (output: unknown): Partial<Asking> => ({
    python: { call: async () => ({ output, durationMs: 0 }) } as unknown as NonNullable<Asking['python']>,
  });
  const asked: Tolerance = {
    type: 'probe',
    name: 'a judge',
    provider: { type: 'python', module: 'a', func: 'b' },
  };
  for (const [output, met] of [
    [true, true],
    [false, false],
    [0, false],
    ['', false],
    [[], false],
    [{}, false],
    [null, false],
  ] as const)
    t.equal((await judge({ output: 1, durationMs: 0 }, asked, asking(python(output)))).met, met);
});

t.test('in words', async (t) => {
  const words: readonly (readonly [Tolerance, string])[] = [
    [true, '= true'],
    ['ok', '= ok'],
    [{ type: 'range', range: [0, 1], target: 'stdout' }, 'stdout 0 to 1'],
    [{ type: 'regex', pattern: '^ok', target: 'body' }, 'body matches ^ok'],
    [{ type: 'jsonpath', path: '$.a' }, '$.a finds something'],
    [{ type: 'jsonpath', path: '$.a', count: 2, target: 'body' }, 'body $.a finds 2 values'],
    [{ type: 'jsonpath', path: '$.a', expect: ['x'] }, '$.a finds ["x"]'],
    [{ type: 'compare', comparator: '<', value: 500, target: 'status' }, 'status < 500'],
    [{ type: 'probe', name: 'a judge', provider: { type: 'process', path: 'true' } }, 'judged by a judge'],
    [
      { type: 'response', status: 503, headers: { 'retry-after': '.' }, within: '100ms' },
      'answers 503 with Retry-After within 100 ms',
    ],
    [
      { type: 'response', status: [502, 503], headers: { 'retry-after': '^[0-9]+$' }, body: 'busy', within: '1m30s' },
      'answers 502 or 503 with Retry-After like ^[0-9]+$ and a body like busy within 1 m 30 s',
    ],
    [{ type: 'response', failed: true, within: '1s' }, 'no answer within 1 s'],
  ];
  for (const [tolerance, text] of words) t.equal(inWords(tolerance), text);
  t.equal(inWords(200, '', true), 'status 200');
  t.equal(inWords([200, 503], '', true), 'status 200 or 503', 'a list of statuses is no range');
});

t.test('the worse of two values lies further on the wrong side', async (t) => {
  const worst = (tolerance: Tolerance): number =>
    [2, 5, 9].reduce((a, b) => (strain(b, tolerance) > strain(a, tolerance) ? b : a));
  t.equal(worst(compare('<')), 9);
  t.equal(worst(compare('>=')), 2);
  t.equal(worst([8, 9]), 2);
  t.equal(worst({ type: 'range', range: [0, 1] }), 9);
  t.equal(worst(compare('!=')), 5);
  t.equal(worst(8), 2);
  t.equal(worst({ type: 'compare', comparator: 'oneOf', values: [2, 9] }), 5);
});
