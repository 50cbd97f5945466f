import fc from 'fast-check';
import t from 'tap';
import { pauseMs } from '../../../../services/kit/src/resilience/backoff.ts';

t.test('a fixed pause is the same each time, and no pause is none', async (t) => {
  t.same(
    [1, 2, 9].map((number) => pauseMs({ backoffMs: 40 }, number, Math.random)),
    [40, 40, 40],
  );
  t.equal(pauseMs({}, 1, Math.random), 0);
});

t.test('full jitter reaches from nothing to base × 2^i, at most the cap', async (t) => {
  const jitter = { baseMs: 100, capMs: 1_000 };
  t.same(
    [1, 2, 3, 4, 5, 60].map((number) => pauseMs({ jitter }, number, () => 1)),
    [100, 200, 400, 800, 1_000, 1_000],
  );
  t.equal(
    pauseMs({ jitter }, 5, () => 0),
    0,
  );
});

t.test('never waits longer than the cap, whatever the numbers', async (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60_000 }),
      fc.integer({ min: 1, max: 60_000 }),
      fc.integer({ min: 1, max: 2_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (baseMs, capMs, number, share) => {
        const ms = pauseMs({ jitter: { baseMs, capMs } }, number, () => share);
        return ms >= 0 && ms <= capMs;
      },
    ),
  );
  t.pass('for 100 random cases');
});
