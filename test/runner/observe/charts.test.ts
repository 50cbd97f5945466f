import t from 'tap';
import { appliedChart } from '../../../runner/src/observe/charts.ts';

const at = (atMs: number, applied: number) => ({ atMs, applied });

t.same(
  appliedChart('slow', [at(1_000, 0), at(1_250, 0), at(2_000, 15), at(2_750, 15), at(3_500, 45)]),
  {
    name: 'applied',
    unit: 'rps',
    labels: { fault: 'slow' },
    points: [
      [2, 15],
      [3.5, 20],
    ],
  },
  'one point a second, each the rate since the last',
);
t.same(appliedChart('slow', []).points, []);
