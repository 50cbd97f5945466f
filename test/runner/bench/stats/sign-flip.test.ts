import { seeded } from '@pado/fault';
import fc from 'fast-check';
import t from 'tap';
import { signFlipTest } from '../../../../runner/src/bench/stats/sign-flip.ts';

const whole = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 10 });

t.test('n pairs of one sign reach 2 of 2ⁿ, so that five cannot go below 0.05', async (t) => {
  t.equal(signFlipTest([1, 2, 3, 4, 5]), 0.0625);
  t.equal(signFlipTest([1, 2, 3, 4, 5, 6]), 0.03125);
  t.equal(signFlipTest([-1, -2, -3, -4, -5, -6, -7, -8]), 0.0078125);
});

t.test('without any difference nothing speaks against "the same"', async (t) => {
  t.equal(signFlipTest([0, 0, 0, 0, 0, 0]), 1);
  t.equal(signFlipTest([]), 1);
});

t.test('the sign, the order and the scale of all differences do not matter', async () => {
  fc.assert(
    fc.property(whole, fc.integer({ min: 1, max: 1000 }), (values, factor) => {
      const p = signFlipTest(values);
      const others = [values.map((value) => -value), values.toReversed(), values.map((value) => value * factor * 0.1)];
      return others.every((other) => signFlipTest(other) === p);
    }),
  );
});

t.test('beyond 16 pairs the same seed gives the same p, which is never 0', async (t) => {
  const random = seeded(5);
  const mixed = Array.from({ length: 17 }, () => random() - 0.4);
  t.equal(signFlipTest(mixed, 3), signFlipTest(mixed, 3));
  t.not(signFlipTest(mixed, 3), signFlipTest(mixed, 4));
  t.ok(signFlipTest(new Array(40).fill(1), 1) > 0);
  // 17 pairs by chance are near the exact p of the first 16 with a difference of 0 added, which changes no sum.
  const exact = signFlipTest(mixed.slice(0, 16));
  t.ok(Math.abs(signFlipTest([...mixed.slice(0, 16), 0]) - exact) < 0.01);
});

t.test('identical arms are told apart by it in no more than 6.5% of 1,000 benchmarks', async (t) => {
  for (const [name, difference] of Object.entries(shapes)) {
    const random = seeded(11);
    let found = 0;
    for (let trial = 0; trial < 1000; trial += 1)
      if (signFlipTest(Array.from({ length: 8 }, () => difference(random))) < 0.05) found += 1;
    t.ok(found > 10 && found <= 65, `${name}: ${found} of 1,000`);
  }
});

/** Of two draws from the same distribution. */
const shapes: Readonly<Record<string, (random: () => number) => number>> = {
  uniform: (random) => random() - random(),
  exponential: (random) => Math.log(random() + 1e-12) - Math.log(random() + 1e-12),
  'now and then a cascade': (random) => (random() < 0.3 ? 40 : 0) + random() - (random() < 0.3 ? 40 : 0) - random(),
};
