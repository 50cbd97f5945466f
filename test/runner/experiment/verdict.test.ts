import t from 'tap';
import type { ProbeResult } from '../../../runner/src/contracts.ts';
import { type Facts, judge } from '../../../runner/src/experiment/verdict.ts';

const probe = (window: ProbeResult['window'], met: boolean | null, more: Partial<ProbeResult> = {}): ProbeResult => ({
  name: `probe ${window}`,
  window,
  value: met === null ? null : 1,
  expected: '< 2',
  met,
  ...more,
});
const fault = { name: 'slow', applied: 300 };
const good: Facts = {
  interrupted: false,
  probes: [probe('before', true), probe('during', true), probe('after', true)],
  faults: [fault],
  acts: true,
  load: { iterations: 1_000, dropped: 0 },
};
const withProbes = (...probes: ProbeResult[]): Facts => ({ ...good, probes });

const table: readonly (readonly [fact: string, facts: Facts, verdict: string, reason: RegExp])[] = [
  ['everything within tolerance', good, 'held', /2 of 2 probes/],
  ['a miss during', withProbes(probe('before', true), probe('during', false)), 'deviated', /not < 2 \(during\)/],
  [
    'a miss after',
    withProbes(probe('before', true), probe('during', true), probe('after', false)),
    'deviated',
    /after/,
  ],
  [
    'a miss and no data',
    withProbes(probe('before', true), probe('during', null), probe('after', false)),
    'deviated',
    /after/,
  ],
  ['no data during', withProbes(probe('before', true), probe('during', null)), 'inconclusive', /had no data/],
  [
    'no data after',
    withProbes(probe('before', true), probe('during', true), probe('after', null)),
    'inconclusive',
    /no data/,
  ],
  ['no steady state', withProbes(probe('before', false)), 'inconclusive', /no steady state/],
  ['no data before', withProbes(probe('before', null)), 'inconclusive', /no steady state/],
  ['no probe judged', withProbes(probe('before', true)), 'inconclusive', /no probe was judged/],
  ['no probe at all', withProbes(), 'inconclusive', /no probe was judged/],
  [
    'a fault that was never applied',
    { ...good, faults: [{ name: 'slow', applied: 0 }] },
    'inconclusive',
    /never applied/,
  ],
  ['one of two never applied', { ...good, faults: [fault, { name: 'b', applied: 0 }] }, 'inconclusive', /b was never/],
  [
    'never applied, yet a miss',
    { ...withProbes(probe('during', false)), faults: [{ name: 'slow', applied: 0 }] },
    'inconclusive',
    /never applied/,
  ],
  [
    'no target',
    { ...good, faults: [{ name: 'slow', applied: 0, unarmed: 'armed nowhere' }] },
    'inconclusive',
    /armed nowhere/,
  ],
  [
    'a fault that someone deleted',
    { ...good, faults: [{ ...fault, endedEarly: 'deleted' }] },
    'inconclusive',
    /ended early \(deleted\)/,
  ],
  ['a load that was not made', { ...good, load: { iterations: 900, dropped: 100 } }, 'inconclusive', /100 iterations/],
  ['a few dropped iterations', { ...good, load: { iterations: 1_000, dropped: 5 } }, 'held', /./],
  [
    'dropped iterations and a miss',
    { ...withProbes(probe('during', false)), load: { iterations: 9, dropped: 9 } },
    'deviated',
    /./,
  ],
  ['a dead process', { ...good, failure: 'payments has ended' }, 'error', /payments has ended/],
  ['a dead process and a miss', { ...withProbes(probe('during', false)), failure: 'k6 died' }, 'error', /k6 died/],
  [
    'Prometheus did not answer',
    withProbes(probe('during', null, { error: 'timeout' })),
    'error',
    /could not be asked: timeout/,
  ],
  [
    'a stop condition',
    { ...good, stop: { name: 'bad answers', reason: 'bad answers was 12%, not < 5%', atMs: 1 }, failure: 'x' },
    'aborted',
    /^bad answers was 12%/,
  ],
  [
    'a stop condition and an interruption',
    { ...good, interrupted: true, stop: { name: 'x', reason: 'y', atMs: 1 } },
    'aborted',
    /./,
  ],
  ['a dry run', { ...good, dry: true }, 'inconclusive', /a dry run proves nothing/],
  ['a rollback that failed', { ...good, leftovers: ['the rollback "undo" failed: x'] }, 'error', /"undo" failed/],
  [
    'an expected failure that was seen',
    withProbes(probe('before', true), probe('during', true, { expect: 'failure' })),
    'held',
    /1 of 1 probes are within tolerance during the experiment; the expected failure was seen/,
  ],
  [
    'an expected failure that was not seen',
    withProbes(
      probe('before', true),
      probe('during', false, {
        expect: 'failure',
        expected: 'answers 503',
        value: 200,
        looks: { count: 9, missed: 9 },
      }),
    ),
    'deviated',
    /expected failure was not seen, the last of 9 looks gave 200, not answers 503/,
  ],
  [
    'an expected failure that was there before the fault',
    withProbes(probe('before', false, { expect: 'failure', expected: 'not yet: answers 503' }), probe('during', true)),
    'inconclusive',
    /no steady state.*not yet: answers 503/,
  ],
  [
    'looks that missed',
    withProbes(probe('before', true), probe('during', false, { looks: { count: 20, missed: 3 } })),
    'deviated',
    /3 of 20 looks missed/,
  ],
  ['interrupted', { ...good, interrupted: true }, 'inconclusive', /interrupted/],
  [
    'a steady state alone that holds',
    { ...withProbes(probe('before', true)), faults: [], acts: false },
    'held',
    /steady state/,
  ],
  [
    'a steady state alone that does not',
    { ...withProbes(probe('before', false)), faults: [], acts: false },
    'deviated',
    /not < 2 \(before\)/,
  ],
  [
    'a steady state alone without data',
    { ...withProbes(probe('before', null)), faults: [], acts: false },
    'inconclusive',
    /had no data/,
  ],
  ['a method of probes alone', { ...good, faults: [] }, 'held', /./],
];

for (const [fact, facts, verdict, reason] of table) {
  t.match(judge(facts), { verdict, reason }, `${fact}: ${verdict}`);
}

t.test('held needs every single thing to have been checked', async (t) => {
  for (const met of [true, false, null]) {
    for (const error of [undefined, 'no answer']) {
      for (const applied of [0, 1]) {
        for (const failure of [undefined, 'a process died']) {
          const { verdict } = judge({
            ...withProbes(probe('before', true), probe('during', met, error === undefined ? {} : { error })),
            faults: [{ name: 'slow', applied }],
            ...(failure === undefined ? {} : { failure }),
          });
          const proven = met === true && error === undefined && applied > 0 && failure === undefined;
          t.equal(verdict === 'held', proven, `${met}, ${error}, ${applied}, ${failure}: ${verdict}`);
        }
      }
    }
  }
});
