import t from 'tap';
import type { Series } from '../../../runner/src/contracts.ts';
import { arrivals } from '../../../runner/src/observe/arrivals.ts';

const zero = 1_800_000_000;
const windows = {
  before: { startMs: (zero - 12) * 1_000, endMs: (zero - 2) * 1_000 },
  during: { startMs: zero * 1_000, endMs: (zero + 20) * 1_000 },
};

/** Noise that repeats: at most ±1. */
const noise = (second: number) => Math.sin(second * 12.9898) * Math.cos(second * 78.233);

const planted = (name: string, labels: Series['labels'], valueAt: (second: number) => number | null): Series => ({
  name,
  unit: 's',
  labels,
  points: Array.from({ length: 40 }, (_, index) => [zero - 14 + index, valueAt(index - 14)] as const),
});
const edge = (service: string, peer: string, valueAt: (second: number) => number | null, name = 'edge p99') =>
  planted(name, { service, peer }, valueAt);
const leavesAt = (from: number, calm: number, high: number) => (second: number) =>
  (second >= from ? high : calm) + noise(second) * 0.004;

t.test('who left its band first, second and third, each with its value and its band', async (t) => {
  const found = arrivals(
    [
      edge('gateway', 'orders', leavesAt(4, 0.03, 2.4)),
      edge('orders', 'payments', leavesAt(2, 0.01, 2.2)),
      edge('cart', 'catalog', leavesAt(99, 0.01, 0)),
      planted('in flight', { service: 'gateway' }, (second) => (second >= 6 ? 16 : 1)),
    ],
    windows,
  );
  t.same(
    found.map(({ place, metric, afterMs }) => [place, metric, afterMs]),
    [
      ['orders → payments', 'p99', 2_000],
      ['gateway → orders', 'p99', 4_000],
      ['gateway', 'in flight', 6_000],
    ],
  );
  const [first] = found;
  t.match(first, { from: 'orders', to: 'payments' });
  t.ok(first!.value > 2 && first!.band[0] === 0 && first!.band[1] > 0.05 && first!.band[1] < 0.1);
  t.equal(found[2]?.from, undefined, 'a service comes from nowhere');
});

t.test('noise alone, however long, is no arrival', async (t) => {
  const places = Array.from({ length: 50 }, (_, index) =>
    edge('a', `b${index}`, (second) => 0.2 + 0.06 * noise(second * 7 + index * 31)),
  );
  t.same(arrivals(places, windows), []);
});

t.test('one second out of the band is noise too, and what left before the fault began is not its doing', async (t) => {
  const spike = edge('a', 'spike', (second) => (second === 5 ? 3 : 0.01));
  const early = edge('a', 'early', (second) => (second === -1 || second === -2 ? 3 : 0.01));
  const late = edge('a', 'late', (second) => (second > 20 ? 3 : 0.01));
  t.same(arrivals([spike, early, late], windows), []);
});

t.test('errors and drops count, and a place is told once, by what moved first', async (t) => {
  const found = arrivals(
    [
      edge('orders', 'payments', (second) => (second >= 3 ? 1 : 0), 'edge errors'),
      edge('orders', 'payments', leavesAt(5, 0.01, 0.25)),
      edge('gateway', 'catalog', leavesAt(7, 0.5, 0.01)),
    ],
    windows,
  );
  t.same(
    found.map(({ place, metric, afterMs }) => [place, metric, afterMs]),
    [
      ['orders → payments', 'errors', 3_000],
      ['gateway → catalog', 'p99', 7_000],
    ],
  );
});

t.test('within one second the furthest comes first', async (t) => {
  const found = arrivals([edge('a', 'near', leavesAt(3, 0.01, 0.2)), edge('a', 'far', leavesAt(3, 0.01, 4))], windows);
  t.same(
    found.map(({ to }) => to),
    ['far', 'near'],
  );
});

t.test('without a baseline, a fault or numbers nothing is said', async (t) => {
  const gone = edge('a', 'gone', (second) => (second < 0 ? null : 3));
  t.same(arrivals([gone], windows), [], 'there is no band without a baseline');
  const moved = edge('a', 'b', leavesAt(2, 0.01, 2));
  t.same(arrivals([moved], { before: windows.before }), []);
  t.same(arrivals([moved], { during: windows.during }), []);
  t.same(arrivals([planted('checkout p99', {}, leavesAt(2, 0.01, 2))], windows), [], 'no place, no arrival');
});
