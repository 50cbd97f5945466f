import t from 'tap';
import type { Spoilers } from '../../../../runner/src/bench/contracts.ts';
import { cutShort, voidReasons } from '../../../../runner/src/bench/metrics/void.ts';

const fine: Spoilers = { droppedInBaseline: 0, offeredInBaseline: 600, k6Cores: 0.2, hostBusy: 0.6, throttled: 0 };
const reasons = (spoilers: Partial<Spoilers>, g0 = 1) => voidReasons({ ...fine, ...spoilers }, { g0 });

t.test('a run at the limits counts', async (t) => {
  t.strictSame(reasons({ droppedInBaseline: 1, k6Cores: 0.5, hostBusy: 0.9 }, 0.98), []);
  t.strictSame(reasons({ droppedInBaseline: 5, offeredInBaseline: 5_000 }), [], 'a thousandth');
});

t.test('a run beyond one is void, and says why', async (t) => {
  t.match(reasons({ droppedInBaseline: 2 }), [/dropped 2 of 600 iterations at baseline, where 1 may be/]);
  t.match(reasons({ droppedInBaseline: 6, offeredInBaseline: 5_000 }), [/where 5 may be/]);
  t.match(reasons({ k6Cores: 0.61 }), [/k6 took 0\.61 cores, where 0\.5 may be/]);
  t.match(reasons({ hostBusy: 0.934 }), [/93\.4% busy for ten seconds, where 90% may be/]);
  t.match(reasons({ throttled: 3 }), [/throttled us in 3 periods/]);
  t.match(reasons({}, 0.9), [/no steady state: 90% of the answers at baseline were good, where 98% must be/]);
});

t.test('a baseline without users is void for that alone', async (t) => {
  t.match(reasons({ offeredInBaseline: 0 }, 0), ['the baseline had no user']);
});

t.test('all reasons are given', async (t) => {
  t.equal(reasons({ k6Cores: 1, hostBusy: 1, throttled: 1 }).length, 3);
});

t.test('a run that broke off is void, as is one whose fault never came', async (t) => {
  const window = { startMs: 0, endMs: 1 };
  const ended = (status: 'completed' | 'failed' | 'aborted', observe?: typeof window) =>
    ({
      status,
      pado: {
        verdict: 'error',
        reason: 'catalog has ended:\nFATAL ERROR\n at x',
        windows: { ...(observe && { observe }) },
      },
    }) as never;
  t.same(cutShort(ended('completed', window), 60_000), []);
  t.same(cutShort(ended('completed'), 0), [], 'an experiment that observes nothing');
  // What a program has printed is in the journal.
  const why = ['it did not go to its end (error: catalog has ended)'];
  t.same(cutShort(ended('failed', window), 60_000), why);
  t.same(cutShort(ended('aborted', window), 60_000), why);
  t.same(cutShort(ended('completed'), 60_000), why);
});
