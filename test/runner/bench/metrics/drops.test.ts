import t from 'tap';
import { dropped, dropsOf } from '../../../../runner/src/bench/metrics/drops.ts';
import type { Prometheus } from '../../../../runner/src/providers/prometheus.ts';

t.test('a counter that begins late began at zero, and a gap hides nothing', async (t) => {
  const points = [
    [100, 3],
    [101, 3],
    [102, null],
    [103, 8],
  ] as const;
  t.strictSame(dropsOf([{ labels: { scenario: 'list' }, points }]), [
    { atMs: 99_500, count: 3, journey: 'list' },
    { atMs: 102_500, count: 5, journey: 'list' },
  ]);
});

t.test('only drops within the window are given, though the counter is read from before it', async (t) => {
  const points = [
    [90, 4],
    [120, 6],
  ] as const;
  const asked: number[] = [];
  const store = {
    series: async (_: string, { startMs }: { startMs: number }) => {
      asked.push(startMs);
      return [{ labels: {}, points }];
    },
  } as unknown as Prometheus;
  t.strictSame(await dropped(store, { testId: 'x', window: { startMs: 100_000, endMs: 130_000 } }), [
    { atMs: 119_500, count: 2 },
  ]);
  t.ok(asked[0]! < 90_000);
});
