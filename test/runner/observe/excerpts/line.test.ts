import t from 'tap';
import { masked, presentable, readLines } from '../../../../runner/src/observe/excerpts/line.ts';

const only = (raw: string) => [...readLines('orders', raw)][0];

t.test(
  'a JSON line reads as level, message and what else it says; ids of spans and processes are left out',
  async (t) => {
    const line = only(
      JSON.stringify({
        level: 50,
        time: 1_795_565_974_947,
        service: 'orders',
        pid: 7,
        trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
        span_id: '00f067aa0ba902b7',
        err: { type: 'PeerError', message: 'payments did not answer', code: 'ETIMEDOUT', stack: 'at …' },
        attempt: 2,
        msg: 'unexpected error',
      }),
    );
    t.match(line, { source: 'orders', atMs: 1_795_565_974_947, isTrouble: true });
    t.equal(line?.traceId, '4bf92f3577b34da6a3ce929d0e0e4736');
    t.equal(line?.text, 'ERROR unexpected error err=ETIMEDOUT payments did not answer attempt=2');
  },
);

t.test('levels by word or number: from a warning on it is trouble', async (t) => {
  const levels = [30, 'info', 40, 'warn', 50, 'error', 'fatal'];
  t.same(
    levels.map((level) => only(JSON.stringify({ level, time: 1, msg: 'x' }))?.isTrouble),
    [false, false, true, true, true, true, true],
  );
});

t.test('lines that are no JSON have the time of the line before, or PostgreSQL’s own', async (t) => {
  const lines = [
    ...readLines(
      'orders',
      [
        '{"level":30,"time":5000,"msg":"x"}',
        'TypeError: Cannot read it',
        '2026-11-25 04:00:00.500 UTC [9] ERROR:  deadlock',
      ].join('\n'),
    ),
  ];
  t.same(
    lines.map(({ atMs, isTrouble, text }) => [atMs, isTrouble, text]),
    [
      [5_000, false, 'x'],
      [5_000, true, 'TypeError: Cannot read it'],
      [Date.UTC(2026, 10, 25, 4, 0, 0, 500), true, 'ERROR:  deadlock'],
    ],
  );
});

t.test('broken JSON is a line like any other', async (t) => {
  t.match(only('{"level":50,"time":'), { atMs: 0 });
  t.match(only('{"no":"time"}'), { atMs: 0 });
});

t.test('lines that differ in numbers and ids are of one kind', async (t) => {
  const kinds = ['order 17 failed', 'order 18 failed', 'order 4bf92f3577b34da6 failed', 'no order'].map(
    (msg) => only(JSON.stringify({ level: 50, time: 1, msg }))?.kind,
  );
  t.equal(new Set(kinds).size, 2);
});

t.test('secrets are masked, in fields and in text', async (t) => {
  const secrets = ['s3cr3t-value', 'eyJhbGciOi.eyJzdWIi.c2lnbmF0dXJl', 'hunter2'];
  const texts = [
    only(
      JSON.stringify({
        level: 50,
        time: 1,
        msg: 'x',
        authorization: 's3cr3t-value',
        req: { headers: { cookie: 'hunter2' } },
      }),
    )?.text,
    masked('authorization: Bearer s3cr3t-value'),
    masked('{"password":"hunter2","user":"ann"}'),
    masked('token=s3cr3t-value&page=2'),
    masked('postgres://shop:hunter2@127.0.0.1/orders'),
    masked('got eyJhbGciOi.eyJzdWIi.c2lnbmF0dXJl'),
    masked("API_KEY='hunter2 and more'"),
    masked('X-Api-Key: hunter2'),
  ];
  for (const text of texts) {
    t.ok(text?.includes('***'), String(text));
    for (const secret of secrets) t.notOk(text?.includes(secret), String(text));
  }
  t.ok(masked('token=s3cr3t-value&page=2').includes('page=2'), 'and nothing else');
});

t.test('a line is cut at 300 characters', async (t) => {
  t.equal(presentable('x'.repeat(1_000)).length, 300);
  t.equal(presentable('short'), 'short');
});
