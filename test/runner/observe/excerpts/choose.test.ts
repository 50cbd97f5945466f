import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { choose } from '../../../../runner/src/observe/excerpts/choose.ts';
import type { LogLine } from '../../../../runner/src/observe/excerpts/line.ts';
import { readExcerpts } from '../../../../runner/src/observe/excerpts/read.ts';

const window = { startMs: 1_000, endMs: 9_000 };
const line = (source: string, atMs: number, text: string, more: Partial<LogLine> = {}): LogLine => ({
  source,
  atMs,
  text,
  isTrouble: true,
  kind: `${source} ${text}`,
  ...more,
});

t.test('the first two, then one of each kind and service, of the window alone and in its order', async (t) => {
  const found = choose(
    [
      line('orders', 5_000, 'late'),
      line('orders', 2_000, 'late'),
      line('orders', 3_000, 'late'),
      line('payments', 4_000, 'broken'),
      line('payments', 500, 'before'),
      line('payments', 9_500, 'after'),
      line('payments', 4_500, 'all is well', { isTrouble: false }),
    ],
    window,
  );
  t.same(
    found.map(({ source, atMs }) => [source, atMs]),
    [
      ['orders', 2_000],
      ['orders', 3_000],
      ['payments', 4_000],
    ],
  );
});

t.test('lines of other services that belong to the trace of the first trouble come with it', async (t) => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const found = choose(
    [
      line('gateway', 2_000, 'POST /checkout', { isTrouble: false, traceId }),
      line('orders', 2_500, 'charging', { isTrouble: false, traceId }),
      line('orders', 3_000, 'payments did not answer', { traceId }),
      line('cart', 3_100, 'other', { isTrouble: false, traceId: 'f'.repeat(32) }),
    ],
    window,
  );
  t.same(
    found.map(({ source, text }) => [source, text]),
    [
      ['gateway, trace 4bf92f35', 'POST /checkout'],
      ['orders, trace 4bf92f35', 'charging'],
      ['orders, trace 4bf92f35', 'payments did not answer'],
    ],
  );
});

t.test('what is shown is short and without secrets', async (t) => {
  const [shown] = choose([line('orders', 2_000, `password=hunter2 ${'x'.repeat(1_000)}`)], window);
  t.match(shown?.text, /^password=\*\*\* x+…$/);
  t.equal(shown?.text.length, 300);
});

t.test('at most twelve', async (t) => {
  const many = Array.from({ length: 100 }, (_, index) => line('orders', 2_000 + index, `kind ${index}`));
  t.equal(choose(many, window).length, 12);
});

t.test('logs are read from a folder; a folder that is not there has none', async (t) => {
  const folder = t.testdir({
    'orders.log': '{"level":50,"time":2000,"msg":"late"}\n{"level":30,"time":2100,"msg":"fine"}\n',
    'agent.log': '{"level":50,"time":2000,"msg":"not a service"}\n',
    'notes.txt': 'error\n',
  });
  t.same(await readExcerpts(folder, window), [{ source: 'orders', atMs: 2_000, text: 'ERROR late' }]);
  t.same(await readExcerpts(join(folder, 'missing'), window), []);
});

t.test('of a large log the end is read', async (t) => {
  const folder = join(t.testdir({}), 'logs');
  await mkdir(folder);
  const filler = `${JSON.stringify({ level: 50, time: 2_000, msg: `filler ${'x'.repeat(980)}` })}\n`.repeat(4_400);
  await writeFile(join(folder, 'cart.log'), `${filler}{"level":50,"time":8000,"msg":"the last"}\n`);
  t.ok((await readExcerpts(folder, window)).some(({ text }) => text === 'ERROR the last'));
});
