import type { LatencyEffect } from '@pado/fault';
import { seeded } from '@pado/fault';
import t from 'tap';
import { delays } from '../../../../agent/injector/src/request/delay.ts';

const draw = (effect: Partial<LatencyEffect>, times = 20_000): number[] => {
  const next = delays({ kind: 'latency', direction: 'outbound', delay: '100ms', ...effect }, seeded(7));
  return Array.from({ length: times }, next);
};
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const min = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b));
const max = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b));

t.test('fixed', async (t) => {
  t.same(draw({ jitter: '50ms' }, 3), [100, 100, 100]);
});

t.test('uniform', async (t) => {
  const values = draw({ distribution: 'uniform', jitter: '50ms' });
  t.ok(min(values) >= 50 && max(values) <= 150);
  t.ok(Math.abs(mean(values) - 100) < 1);
});

t.test('normal, cut at 0', async (t) => {
  const values = draw({ distribution: 'normal', jitter: '20ms' });
  const sd = Math.sqrt(mean(values.map((value) => (value - 100) ** 2)));
  t.ok(Math.abs(mean(values) - 100) < 1 && Math.abs(sd - 20) < 1);
  t.equal(min(draw({ distribution: 'normal', jitter: '200ms' })), 0);
});

t.test('exponential', async (t) => {
  const values = draw({ distribution: 'exponential', jitter: '50ms' });
  t.ok(min(values) >= 100);
  t.ok(Math.abs(mean(values) - 150) < 2);
});

t.test('pareto', async (t) => {
  const values = draw({ distribution: 'pareto', jitter: '50ms', shape: 3 });
  t.ok(min(values) >= 150, 'the scale is the least that is added');
  t.ok(Math.abs(mean(values) - 175) < 3, 'scale × shape ÷ (shape − 1) on average');
});

t.test('a seed gives the same delays again', async (t) => {
  t.same(draw({ distribution: 'normal', jitter: '20ms' }, 5), draw({ distribution: 'normal', jitter: '20ms' }, 5));
});
