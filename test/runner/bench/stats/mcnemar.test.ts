import t from 'tap';
import { mcnemarTest } from '../../../../runner/src/bench/stats/mcnemar.ts';

t.test('six pairs in which only one arm recovered reach 0.031, five do not reach 0.05', async (t) => {
  t.equal(mcnemarTest(0, 6), 0.03125);
  t.equal(mcnemarTest(0, 5), 0.0625);
});

t.test('it does not matter which arm is which', async (t) => {
  t.equal(mcnemarTest(2, 9), mcnemarTest(9, 2));
});

t.test('pairs that agree, or disagree as often one way as the other, say nothing', async (t) => {
  t.equal(mcnemarTest(0, 0), 1);
  t.equal(mcnemarTest(4, 4), 1);
});
