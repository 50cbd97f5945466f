import t from 'tap';
import { judgeCascade } from '../../../runner/src/bench/cascade-judge.ts';
import type { CascadeClaim } from '../../../runner/src/experiment/schema/cascade.ts';
import { cascadeRun } from '../../helpers/bench-runs.ts';

const claim: CascadeClaim = {
  trigger: { name: 'outage_seconds', weaker: 6 },
  signature: [
    { name: 'attempts per call', query: 'x', tolerance: { type: 'compare', comparator: '>=', value: 3 } as never },
  ],
  journeys: ['list'],
  metastable: true,
};
const seen = (met: boolean) => [
  { name: 'attempts per call', window: 'observe', value: met ? 3 : 1, expected: '>= 3', met } as const,
];
const fallen = (seed = 1) =>
  cascadeRun('naive', {
    seed,
    verdict: 'deviated',
    signature: seen(true),
    metrics: { ttrRevertSeconds: null, metastable: true },
  });
const fixed = (seed = 1) => cascadeRun('fixed', { seed, metrics: { ttrRevertSeconds: 4 } });
const weaker = cascadeRun('weaker', { metrics: { ttrRevertSeconds: 20 } });
const missed = (runs: Parameters<typeof judgeCascade>[1]) =>
  judgeCascade(claim, runs)
    .filter(({ met }) => met !== true)
    .map((one) => `${one.claim}: ${one.seen}`);

t.test('a cascade that goes as it is told meets every claim', async (t) => {
  t.strictSame(missed([fallen(), fixed(), weaker]), []);
  t.equal(judgeCascade(claim, [fallen(), fixed(), weaker]).length, 7);
});

t.test('each claim fails when its run shows something else', async (t) => {
  t.strictSame(missed([{ ...fallen(), verdict: 'held' }, fixed(), weaker]), ['naive deviates: held']);
  t.strictSame(missed([{ ...fallen(), signature: seen(false) }, fixed(), weaker]), [
    'naive shows: attempts per call: 1',
  ]);
  t.strictSame(missed([{ ...fallen(), signature: [] }, fixed(), weaker]), ['naive shows: attempts per call: no data']);
  const back = { ...fallen().metrics, metastable: false, ttrRevertSeconds: 31 };
  t.strictSame(missed([{ ...fallen(), metrics: back }, fixed(), weaker]), [
    'naive still fails 60 s after the trigger is gone: after 31 s',
  ]);
  t.strictSame(missed([fallen(), { ...fixed(), verdict: 'deviated' }, weaker]), ['the fix holds: deviated']);
  const slow = { ...fixed(), metrics: { ...fixed().metrics, ttrRevertSeconds: 11 } };
  t.strictSame(missed([fallen(), slow, weaker]), ['the fix recovers within 10 s: after 11 s']);
  const costly = { ...fixed(), metrics: { ...fixed().metrics, g0: 0.985 } };
  t.strictSame(missed([fallen(), costly, weaker]), [
    'the fix costs at most 1% of goodput in peace: 98.5% against 100.0%',
  ]);
  const stuck = { ...weaker, metrics: { ...weaker.metrics, ttrRevertSeconds: null } };
  t.strictSame(missed([fallen(), fixed(), stuck]), ['naive recovers from the weaker trigger: not in 60 s']);
});

t.test('four of five seeds are enough where chance decides, three are not', async (t) => {
  const runs = (failing: number) =>
    [1, 2, 3, 4, 5].map((seed) => ({
      ...fallen(seed),
      verdict: seed <= failing ? 'held' : 'deviated',
    }));
  t.strictSame(missed([...runs(1), fixed(), weaker]), []);
  t.strictSame(missed([...runs(2), fixed(), weaker]), [
    'naive deviates: 3 of 5: held, held, deviated, deviated, deviated',
  ]);
});

t.test('a void run neither proves nor disproves, and with too many of them nothing is', async (t) => {
  const spoilt = { ...fallen(), verdict: 'held', void: ['k6 took 0.7 of a core'] };
  const others = [2, 3, 4, 5].map((seed) => fallen(seed));
  t.strictSame(missed([spoilt, ...others, fixed(), weaker]), []);
  const few = judgeCascade(claim, [spoilt, fallen(2), fixed(), weaker]);
  t.match(
    few.find((one) => one.claim === 'naive deviates'),
    { met: null, seen: 'too few runs count' },
  );
});

t.test('what does not sustain itself is not asked to', async (t) => {
  const { metastable: _, ...other } = claim;
  t.notOk(judgeCascade(other, []).some((one) => one.claim.includes('60 s')));
});
