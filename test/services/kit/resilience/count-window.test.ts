import t from 'tap';
import { CountWindow } from '../../../../services/kit/src/resilience/count-window.ts';

t.test('counts what is in the window, and forgets it a tenth at a time', async (t) => {
  let now = 0;
  const window = new CountWindow(['calls'], () => now);
  for (; now < 1_000; now += 100) window.present(1_000).calls++;
  now = 999;
  t.equal(window.sums(1_000).calls, 10);
  now = 1_000;
  t.equal(window.sums(1_000).calls, 9);
  now = 1_899;
  t.equal(window.sums(1_000).calls, 1);
  now = 10_000;
  t.equal(window.sums(1_000).calls, 0);
});

t.test('another length begins anew', async (t) => {
  const window = new CountWindow(['calls'], () => 5);
  window.present(1_000).calls++;
  t.equal(window.sums(2_000).calls, 0);
});
