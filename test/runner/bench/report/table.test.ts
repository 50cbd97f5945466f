import t from 'tap';
import { benchTable } from '../../../../runner/src/bench/report/table.ts';
import { madeBench } from './made-bench.ts';

const of = (bench: ReturnType<typeof madeBench>) => benchTable(bench.summary, { color: false, width: 120 });

t.test('every metric has its arms, the difference, its interval and p', async (t) => {
  const lines = of(madeBench({ pairs: 8 })).split('\n');
  t.match(lines[0], /^metric +better +a naive +b full +difference +95% +p +Holm/);
  t.match(lines[2], /^SLO-loss area +less +6\d\.\d s +1\d\.?\d? s +−5\d(\.\d)? s +\[−5\d.*, −5\d.*\] +0\.008/);
  t.match(lines.at(-1), /^Recovered +more +0 of 8 +8 of 8 +0\.008/);
  t.ok(lines.every((line) => line.length <= 120));
});

t.test('one pair has no interval', async (t) => {
  t.match(of(madeBench({ pairs: 1, quick: true })).split('\n')[2], /s +– +1\.00/);
});

t.test('without a pair that counts it says so', async (t) => {
  t.match(of(madeBench({ pairs: 2, spoilt: [0, 1] })), /pairs that count +0 of 2/);
});
