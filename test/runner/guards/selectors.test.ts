import t from 'tap';
import { selectors } from '../../../runner/src/guards/selectors.ts';

for (const [query, expected] of [
  ['up', ['up']],
  ['max(timestamp(up))', ['up']],
  ['sum(rate(bad_total{journey="checkout"}[$__range]))', ['bad_total{journey="checkout"}']],
  ['sum(rate(bad[5s])) / sum(rate(all[5s])) > bool 0.5', ['bad', 'all']],
  [
    'histogram_quantile(0.99, sum by (le, route) (rate(d_bucket{a="}", b=\'{\'}[1m:5s] offset 5m)))',
    ['d_bucket{a="}", b=\'{\'}'],
  ],
  ['sum(a) without (pod) / on(job) group_left(node) b', ['a', 'b']],
  ['count_values("v", x) or y unless on (z) w', ['x', 'y', 'w']],
  ['{__name__=~"a|b", job="x"}', ['{__name__=~"a|b", job="x"}']],
  ['a @ start() + 1e3 + 0x1f - Inf', ['a']],
  ['# all of them\nsum(a) # and\n  + job:b:rate5s', ['a', 'job:b:rate5s']],
  ['increase(a[$__range]) / $__range_s', ['a']],
  ['quantile by (pod) (0.9, topk(3, a))', ['a']],
  ['a + a{x="1"} + a', ['a', 'a{x="1"}']],
  ['1 + 2', []],
  ['vector(1)', []],
  ['this is { not "promql', ['this', 'is', 'not', 'promql']],
] as const) {
  t.test(query, async (t) => t.same(selectors(query), expected));
}
