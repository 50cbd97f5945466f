import t from 'tap';
import { type ClaimInput, claimOf, gateOf } from '../../../runner/src/bench/claim.ts';
import type { Comparison } from '../../../runner/src/bench/contracts.ts';

const primary: Comparison = {
  ...{ metric: 'sloLossSeconds', unit: 's', scale: 'difference', a: 41.7, b: 3.1 },
  ...{ estimate: -38.5, interval: { low: -41, high: -36 }, p: 0.0078125, pairs: 8 },
};
const sound: ClaimInput = { primary, quick: false, pairs: 8, voidPairs: 0, noiseFloor: 2 };
const whys = (input: Partial<ClaimInput>) => claimOf({ ...sound, ...input }).reasons.map(({ why }) => why);

t.test('less loss is better, more is worse', async (t) => {
  t.same(claimOf(sound), { claim: 'better', reasons: [], caveats: [] });
  const worse = { ...primary, estimate: 38.5, interval: { low: 36, high: 41 } };
  t.equal(claimOf({ ...sound, primary: worse }).claim, 'worse');
});

t.test('one quick pair claims nothing, and gives that reason only', async (t) => {
  t.same(whys({ quick: true, pairs: 1 }), ['--quick makes one pair only']);
  t.equal(claimOf({ ...sound, quick: true }).claim, 'none');
});

t.test('five pairs claim nothing, six may', async (t) => {
  t.match(whys({ pairs: 5 }), ['5 pairs, and fewer than 6 cannot reach p < 0.05']);
  t.match(whys({ pairs: 0, primary: null }), ['0 pairs, and fewer than 6 cannot reach p < 0.05']);
  t.same(whys({ pairs: 6, primary: { ...primary, pairs: 6, p: 0.03125 } }), []);
});

t.test('an interval with 0 in it or at its end claims nothing', async (t) => {
  const why = ['the interval of the difference contains 0'];
  t.same(whys({ primary: { ...primary, interval: { low: -41, high: 0 } } }), why);
  t.same(whys({ primary: { ...primary, interval: { low: -41, high: 1 } } }), why);
});

t.test('a p of 0.05 claims nothing', async (t) => {
  t.same(whys({ primary: { ...primary, p: 0.05 } }), ['p is not under 0.05']);
});

t.test('a difference of no more than twice the noise floor claims nothing', async (t) => {
  t.same(whys({ noiseFloor: 19.25 }), ['the difference, 38.5 s, is not above twice the noise floor of 19.3 s']);
  t.same(whys({ noiseFloor: 19.2 }), []);
});

t.test('a failed A/A gate claims nothing', async (t) => {
  t.match(whys({ gatePassed: false }), [/^the A\/A gate failed/]);
});

t.test('without an A/A gate it may claim, and says what the claim lacks', async (t) => {
  const { claim, caveats } = claimOf({ ...sound, noiseFloor: null });
  t.equal(claim, 'better');
  t.match(caveats, [/^no A\/A gate was run/]);
});

t.test('more than a quarter of the pairs void claims nothing', async (t) => {
  t.same(whys({ pairs: 6, voidPairs: 2 }), []);
  t.same(whys({ pairs: 6, voidPairs: 3 }), ['3 of 9 pairs are void']);
});

t.test('every reason says what helps, and none tells to add pairs until it is significant', async (t) => {
  const { reasons } = claimOf({
    ...sound,
    primary: { ...primary, p: 0.3, interval: { low: -9, high: 9 } },
    voidPairs: 8,
  });
  t.equal(reasons.length, 3);
  for (const { remedy } of reasons) t.ok(remedy.length > 10);
  t.match(reasons[1]!.remedy, /--pairs 16 --fresh/);
});

t.test('the A/A gate passes when its interval contains 0, and half its width is the noise floor', async (t) => {
  const same = { ...primary, estimate: 0.1, interval: { low: -1.5, high: 2.5 }, p: 0.8 };
  t.same(gateOf(same), {
    passed: true,
    noiseFloor: 2,
    text: 'A/A passed: [−1.5, 2.5] s of SLO, 8 pairs; the noise floor is 2.0 s.',
  });
});

t.test('the A/A gate fails when identical arms differ, or when there are too few pairs to tell', async (t) => {
  const failed = gateOf(primary);
  t.match(failed, { passed: false, noiseFloor: 2.5, text: /too noisy or biased/ });
  t.match(gateOf({ ...primary, pairs: 1 }), { passed: false, noiseFloor: null, text: 'A/A: 1 pair' });
  t.match(gateOf(null), { passed: false, noiseFloor: null });
});
