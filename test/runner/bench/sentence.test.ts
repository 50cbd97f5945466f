import t from 'tap';
import { claimOf } from '../../../runner/src/bench/claim.ts';
import type { Comparison } from '../../../runner/src/bench/contracts.ts';
import { pText, type SentenceInput, sentenceOf } from '../../../runner/src/bench/sentence.ts';
import type { Change } from '../../../runner/src/bench/stats/relative-change.ts';

const primary: Comparison = {
  ...{ metric: 'sloLossSeconds', unit: 's', scale: 'difference', a: 41.9, b: 3 },
  ...{ estimate: -38.5, interval: { low: -41.03, high: -36.2 }, p: 0.0078125, pairs: 8 },
};
const change: Change = { a: 41.7, b: 3.1, percent: -92.4, interval: { low: -95.2, high: -88.1 } };
const better: SentenceInput = {
  ...{ a: 'naive', b: 'full', primary, change },
  claim: { claim: 'better', reasons: [], caveats: [] },
};

t.test('says what is lost, against what, how much less, how sure, and from how many pairs', async (t) => {
  t.equal(sentenceOf(better), '`full` loses 3.1 s of SLO against 41.7 s, −92% [−95, −88], 8 pairs, p = 0.008');
});

t.test('says it plainly when the fix makes it worse', async (t) => {
  t.equal(
    sentenceOf({
      ...better,
      primary: { ...primary, estimate: 38.5, interval: { low: 36.2, high: 41.03 } },
      change: { a: 3.1, b: 41.7, percent: 1245.2, interval: { low: 1100.4, high: 1500.3 } },
      claim: { claim: 'worse', reasons: [], caveats: [] },
    }),
    '`full` loses 41.7 s of SLO against 3.1 s, +1245% [1100, 1500], 8 pairs, p = 0.008: worse than `naive`',
  );
});

t.test('gives no digits that the interval does not bear', async (t) => {
  const wide = { ...primary, interval: { low: -60, high: -12 } };
  t.match(sentenceOf({ ...better, primary: wide }), /^`full` loses 3 s of SLO against 42 s,/);
  const narrow = { ...primary, interval: { low: -38.6, high: -38.4 } };
  t.match(sentenceOf({ ...better, primary: narrow }), /^`full` loses 3\.10 s of SLO against 41\.70 s,/);
});

t.test('does not round a loss that is left away, nor an end of the interval to 0', async (t) => {
  const almost = { ...change, percent: -99.6, interval: { low: -99.98, high: -98.9 } };
  t.match(sentenceOf({ ...better, change: almost }), '−99.6% [−99.9, −98.9]');
  const small = { ...change, percent: -6, interval: { low: -12, high: -0.3 } };
  t.match(sentenceOf({ ...better, change: small }), '−6.0% [−12.0, −0.3]');
  const whole = { ...change, percent: -100, interval: { low: -100, high: -100 } };
  t.match(sentenceOf({ ...better, change: whole }), '−100% [−100, −100]');
});

t.test('gives the difference where a percentage has no meaning or no certain sign', async (t) => {
  const text = '−38.5 s [−41.0, −36.2], 8 pairs';
  t.match(sentenceOf({ ...better, change: null }), text);
  t.match(sentenceOf({ ...better, change: null }), /^`full` loses 3\.0 s of SLO against 41\.9 s/);
  t.match(sentenceOf({ ...better, change: { ...change, interval: { low: -95, high: 2 } } }), text);
});

t.test('says why nothing can be claimed, and what helps, each remedy once', async (t) => {
  const unsure = { ...primary, interval: { low: -9, high: 9 }, p: 0.4 };
  const claim = claimOf({ primary: unsure, quick: false, pairs: 8, voidPairs: 0, noiseFloor: null });
  t.equal(
    sentenceOf({ ...better, primary: unsure, claim }),
    'Nothing can be claimed of `full` against `naive`: the interval of the difference contains 0; p is not under 0.05. What helps: run more pairs from the start (--pairs 16 --fresh).',
  );
});

t.test('p is not rounded to 0, nor up to the level that it is under', async (t) => {
  t.same([0.0000153, 0.0078125, 0.03125, 0.4, 1].map(pText), [
    ...['p < 0.001', 'p = 0.008', 'p = 0.031', 'p = 0.40', 'p = 1.00'],
  ]);
  t.equal(pText(0.0498), 'p = 0.0498');
});
