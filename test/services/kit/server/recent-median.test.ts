import t from 'tap';
import { RecentMedian } from '../../../../services/kit/src/server/recent-median.ts';

t.test('is that of the last whole second, and unknown when there was too little', async (t) => {
  const median = new RecentMedian();
  for (let index = 0; index < 21; index++) median.observe(index, 100);
  t.equal(median.valueMs(500), 0, 'not yet');
  t.equal(median.valueMs(1_000), 10);
  t.equal(median.valueMs(1_900), 10);
  median.observe(7, 1_950);
  t.equal(median.valueMs(2_000), 0, 'one sample is none');
});

t.test('forgets what is older', async (t) => {
  const median = new RecentMedian();
  for (let index = 0; index < 20; index++) median.observe(50, 0);
  t.equal(median.valueMs(2_500), 0);
});
