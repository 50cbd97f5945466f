import { readFile } from 'node:fs/promises';
import t from 'tap';
import { beforeAfter } from '../../../runner/src/report/before-after.ts';
import { readmeMap, readmeMapFile } from '../../../runner/src/report/map/readme.ts';
import { slowPayments } from '../../fixtures/journals/slow-payments.ts';

t.test('before and after stand side by side, with verdicts, doses and what was wanted', async (t) => {
  const text = beforeAfter(slowPayments(), { color: false, width: 200 });
  t.match(text, /wanted +naive +standard/);
  t.match(text, /verdict +✗ deviated +✓ held/);
  t.match(text, /slow-payments, applied +latency +203 of 203 +187 of 187/);
  t.notOk(text.includes('\u001b'), 'no colours unless asked for');
  t.ok(beforeAfter(slowPayments(), { color: true, width: 200 }).includes('\u001b['));
});

t.test('a narrow terminal gets no line that is wider', async (t) => {
  for (const line of beforeAfter(slowPayments(), { color: false, width: 80 }).split('\n'))
    t.ok(line.length <= 80, line);
});

t.test("README's picture is the one that the code draws", async (t) => {
  t.equal(await readFile(readmeMapFile, 'utf8'), readmeMap(), 'node runner/src/report/map/readme.ts writes it');
});
