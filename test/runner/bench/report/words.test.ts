import t from 'tap';
import type { Comparison } from '../../../../runner/src/bench/contracts.ts';
import { estimateOf, intervalOf, probability, toneOf, wordsOf } from '../../../../runner/src/bench/report/words.ts';

const comparison = (more: Partial<Comparison> = {}): Comparison => ({
  ...{ metric: 'sloLossSeconds', unit: 's', scale: 'difference', a: 41.7, b: 3.1, estimate: -38.6 },
  ...{ interval: { low: -40, high: -36 }, p: 0.008, pairs: 8, ...more },
});
const ratio = comparison({
  ...{ metric: 'p99Ms', unit: 'ms', scale: 'ratio', estimate: 1.25, interval: { low: 1.1, high: 1.4 } },
});

t.test('differences carry their sign and unit, ratios neither', async (t) => {
  t.strictSame([estimateOf(comparison()), intervalOf(comparison())], ['−38.6 s', '[−40, −36]']);
  t.strictSame([estimateOf(ratio), intervalOf(ratio)], ['× 1.25', '[1.1, 1.4]']);
});

t.test('shares differ in points', async (t) => {
  const share = comparison({ metric: 'wastedShare', unit: 'share', estimate: -0.48, interval: { low: -0.5, high: 0 } });
  t.strictSame([estimateOf(share), intervalOf(share)], ['−48 points', '[−50, 0]']);
  t.equal(wordsOf(share).value(0.485), '48.5%');
});

t.test('a metric that nobody described is told by its name and unit', async (t) => {
  t.match(wordsOf({ metric: 'hitRate', unit: 'hits' }), { label: 'hitRate', unit: 'hits' });
});

t.test('a difference is better or worse only where interval, p and Holm agree', async (t) => {
  t.equal(toneOf(comparison()), 'good');
  t.equal(toneOf(ratio), 'bad');
  t.equal(toneOf(comparison({ adjusted: 0.08 })), 'unclear');
  t.equal(toneOf(comparison({ interval: { low: -40, high: 1 } })), 'unclear');
  t.equal(toneOf(comparison({ metric: 'depth', estimate: -0.2 })), 'bad', 'more is better');
});

t.test('a p under the level is not rounded up to it', async (t) => {
  t.strictSame([0.0003, 0.0078, 0.04996, 0.31, 1].map(probability), ['< 0.001', '0.008', '0.0500', '0.31', '1.00']);
  t.equal(probability(undefined), '–');
});
