import t from 'tap';
import { sumUp } from '../../../runner/src/experiment/during.ts';
import type { HypothesisProbe } from '../../../runner/src/experiment/schema.ts';

const probe: HypothesisProbe = {
  type: 'probe',
  name: 'front',
  tolerance: 200,
  provider: { type: 'http', url: 'http://127.0.0.1:1' },
};
const looksOf = (...met: (boolean | null | 'error')[]) =>
  met.map((one, index) => ({
    startMs: 100 * index,
    endMs: 100 * index + 50,
    result: {
      ...({ name: 'front', window: 'during', expected: '= 200', value: index } as const),
      met: one === 'error' ? null : one,
      ...(one === 'error' ? { error: 'no such program' } : {}),
    },
  }));
const all = { startMs: 0, endMs: 10_000 };

t.test('a steady probe is met when all of its looks are', async (t) => {
  t.match(sumUp(probe, looksOf(true, true), all), { met: true, looks: { count: 2, missed: 0 } });
  t.match(sumUp(probe, looksOf(true, false, true, false), all), {
    ...{ met: false, value: 1 },
    looks: { count: 4, missed: 2, firstMissMs: 100 },
  });
});

t.test('a share of looks can be enough', async (t) => {
  const lenient = { ...probe, atLeast: 75 };
  t.match(sumUp(lenient, looksOf(true, false, true, true), all), { met: true });
  t.match(sumUp(lenient, looksOf(true, false, false, true), all), { met: false });
});

t.test('an expected failure is met when it was seen once', async (t) => {
  const failure = { ...probe, expect: 'failure' as const };
  t.match(sumUp(failure, looksOf(false, true, false), all), { met: true, value: 1, looks: { count: 3, missed: 2 } });
  t.match(sumUp(failure, looksOf(false, false), all), { met: false, value: 1 });
  t.match(sumUp({ ...failure, atLeast: 60 }, looksOf(false, true, false), all), { met: false });
});

t.test('only looks that lie within the window count', async (t) => {
  const looks = looksOf(false, true, true, false);
  t.match(sumUp(probe, looks, { startMs: 90, endMs: 260 }), { met: true, looks: { count: 2, missed: 0 } });
  t.match(sumUp(probe, looks, { startMs: 120, endMs: 180 }), { met: null, value: null }, 'none is no data');
});

t.test('no data is neither met nor missed, and what could not be asked is told', async (t) => {
  t.match(sumUp(probe, looksOf(null, null), all), { met: null, value: null });
  t.match(sumUp(probe, looksOf(null, true), all), { met: true, looks: { count: 1 } });
  t.match(sumUp(probe, looksOf('error'), all), { met: null, error: 'no such program' });
  t.match(sumUp(probe, [], all), { name: 'front', met: null });
});
