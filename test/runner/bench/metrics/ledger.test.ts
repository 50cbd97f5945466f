import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { readLedger } from '../../../../runner/src/bench/metrics/ledger.ts';

const ledger = async (t: Test, text: string) => {
  const file = join(t.testdir(), 'ledger.ndjson');
  await writeFile(file, text);
  return readLedger(file, { deadlineMs: 3_000 });
};
const line = (at: number, more = {}) => JSON.stringify({ at, j: 'list', o: 'good', ms: 12, s: 200, ...more });

t.test('reads samples in the order in which users came, and no duration beyond their patience', async (t) => {
  const lines = [line(2_000, { ms: 3_400, o: 'bad', s: 0 }), line(1_000), ''];
  t.strictSame(await ledger(t, lines.join('\n')), [
    { atMs: 1_000, journey: 'list', outcome: 'good', durationMs: 12, status: 200 },
    { atMs: 2_000, journey: 'list', outcome: 'bad', durationMs: 3_000, status: 0 },
  ]);
});

t.test('leaves out a last line that was cut, and other things that the script said', async (t) => {
  const said = JSON.stringify({ key: 'k-1', status: 201, orderId: 'o-1', cartId: 'c-1' });
  t.equal((await ledger(t, `${line(1_000)}\n${said}\n${line(2_000).slice(0, 20)}`)).length, 1);
});

for (const [what, text] of [
  ['no JSON', 'level=warning msg=oops'],
  ['an unknown outcome', line(1, { o: 'fine' })],
  ['a time that is none', line(1, { at: 'now' })],
  ['no duration', line(1, { ms: null })],
  ['an array', '[]'],
] as const)
  t.test(`names the line of ${what}`, async (t) => {
    await t.rejects(ledger(t, `${line(1)}\n\n${text}\n${line(2)}\n`), {
      code: 'ERR_PADO_INVALID',
      message: /ledger\.ndjson, line 3 is not a line of the ledger/,
    });
  });

t.test('says that there is no ledger', (t) =>
  t.rejects(readLedger('/nowhere/ledger.ndjson', { deadlineMs: 1 }), { code: 'ERR_PADO_NOT_FOUND' }),
);
