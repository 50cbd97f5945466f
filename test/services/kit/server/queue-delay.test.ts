import t from 'tap';
import { QueueDelay } from '../../../../services/kit/src/server/queue-delay.ts';

t.test('one short wait in the interval makes it a burst', async (t) => {
  const delay = new QueueDelay(0);
  for (const ms of [80, 90, 3, 70]) delay.observe(ms);
  t.equal(delay.roll(99, 60), 0, 'the interval goes on');
  t.equal(delay.roll(100, 60), 1);
  t.equal(delay.leastMs, 3);
});

t.test('when nothing begins, the one that has waited longest tells', async (t) => {
  const delay = new QueueDelay(0);
  delay.roll(100, 95);
  t.equal(delay.leastMs, 95);
  t.equal(delay.roll(5_000, 0), 49);
  t.equal(delay.leastMs, 0, 'nobody waits');
});
