import t from 'tap';
import { binsCsv, runsCsv } from '../../../../runner/src/bench/report/csv.ts';
import { madeBench } from './made-bench.ts';

const { runs } = madeBench({ pairs: 2, spoilt: [1] });
const lines = (text: string) => text.trimEnd().split('\n');

t.test('one line for each second of each run', async (t) => {
  const [head, first, ...others] = lines(binsCsv(runs));
  t.equal(head, 'run,pair,arm,second,offered,good,degraded,bad,mean_ms');
  t.match(first, /^0,0,[ab],-15,70,\d+,0,\d+,\d+\.\d+$/);
  t.equal(others.length + 1, 4 * 85);
});

t.test('one line for each run, each with every column', async (t) => {
  const [head, ...rows] = lines(runsCsv(runs));
  t.equal(rows.length, 4);
  const columns = head!.split(',');
  t.ok(rows.every((row) => row.replace(/"[^"]*"/g, '').split(',').length === columns.length));
  const naive = rows.find((row) => row.includes(',naive,'))!.split(',');
  t.equal(naive[columns.indexOf('ttr_revert_s')], '', 'not recovered is empty, never 0');
  t.equal(naive[columns.indexOf('observed_s')], '60');
  t.ok(Number(naive[columns.indexOf('amplification gateway → catalog')]) > 2.8);
});

t.test('what a comma or a quote would break is quoted', async (t) => {
  const [run] = runs;
  const text = runsCsv([{ ...run!, policies: 'retry, "budget"', void: ['one', 'two'] }]);
  t.match(text, /,"retry, ""budget""",/);
  t.match(text, /,one; two,/);
});

t.test('without runs there is nothing to write', async (t) => {
  t.equal(runsCsv([]), '');
  t.equal(lines(binsCsv([])).length, 1);
});
