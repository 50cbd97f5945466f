import t from 'tap';
import { inWords, meets } from '../../../runner/src/experiment/tolerance.ts';
import type { Tolerance } from '../../../runner/src/experiment/tolerance-schema.ts';

const compare = (comparator: '<' | '<=' | '>' | '>=' | '==' | '!='): Tolerance => ({
  type: 'compare',
  comparator,
  value: 5,
});

/** A tolerance, its words, and whether it takes 4, 5 and 6. */
const table: readonly (readonly [Tolerance, string, readonly [boolean, boolean, boolean]])[] = [
  [5, '= 5 s', [false, true, false]],
  [[5, 6], '5 to 6 s', [false, true, true]],
  [{ type: 'range', range: [4, 5] }, '4 to 5 s', [true, true, false]],
  [compare('<'), '< 5 s', [true, false, false]],
  [compare('<='), '≤ 5 s', [true, true, false]],
  [compare('>'), '> 5 s', [false, false, true]],
  [compare('>='), '≥ 5 s', [false, true, true]],
  [compare('=='), '= 5 s', [false, true, false]],
  [compare('!='), '≠ 5 s', [true, false, true]],
  [{ type: 'compare', comparator: 'between', value: 5, upper: 6 }, '5 to 6 s', [false, true, true]],
];

for (const [tolerance, words, fits] of table) {
  t.equal(inWords(tolerance, 's'), words);
  t.same(
    [4, 5, 6].map((value) => meets(value, tolerance)),
    fits,
    words,
  );
}
t.equal(inWords(compare('>='), '%'), '≥ 5%', 'a percent sign stands close');
t.equal(inWords(5), '= 5', 'without a unit');
