import t from 'tap';
import { LatencyWindow } from '../../../../services/kit/src/resilience/latency-window.ts';

t.test('says nothing below 20 samples', async (t) => {
  const window = new LatencyWindow({ clock: () => 0 });
  for (let ms = 1; ms <= 19; ms++) window.record(ms);
  t.equal(window.percentile(50), undefined);
  window.record(20);
  t.equal(window.percentile(50), 10);
  t.equal(window.percentile(95), 19);
});

t.test('forgets what is older than 5 s', async (t) => {
  let now = 0;
  const window = new LatencyWindow({ clock: () => now });
  for (let ms = 1; ms <= 20; ms++) window.record(ms);
  now = 5_000;
  t.equal(window.percentile(50), 10);
  now = 5_101;
  t.equal(window.percentile(50), undefined);
});

t.test('keeps the 500 latest', async (t) => {
  let now = 0;
  const window = new LatencyWindow({ clock: () => now });
  for (let i = 0; i < 5_000; i++) window.record(1);
  for (let i = 0; i < 500; i++) window.record(2);
  now = 100;
  t.equal(window.percentile(1), 2);
});
