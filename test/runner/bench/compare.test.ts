import t from 'tap';
import { compareRuns } from '../../../runner/src/bench/compare.ts';
import type { ArmName, BenchRun, RunMetrics } from '../../../runner/src/bench/contracts.ts';

const metrics: RunMetrics = {
  ...{ g0: 1, sloLossSeconds: 40, lostGood: 400, depth: 0.1, ttrRevertSeconds: 5, ttrInjectSeconds: 15 },
  ...{ observedSeconds: 60, metastable: false, amplification: {}, leafAmplification: 3, wastedShare: 0.2 },
  ...{ collateral: 4, p50Ms: 10, p99Ms: 100, tail: 'p99', cpuMsPerRequest: 2, falseRejects: 0 },
};

const run = (pair: number, arm: ArmName, changed: Partial<RunMetrics> = {}, isVoid = false): BenchRun => ({
  ...{ pair, arm, order: 0, seed: 1, policies: arm, bins: [], journalFile: '', verdict: 'held' },
  times: { baseline: { startMs: 0, endMs: 1 }, injectMs: 1, revertMs: 2, endMs: 3 },
  metrics: { ...metrics, ...changed },
  spoilers: { droppedInBaseline: 0, offeredInBaseline: 1, k6Cores: 0, hostBusy: 0, throttled: 0 },
  ...(isVoid && { void: ['the kernel throttled it'] }),
});

type Change = (pair: number) => Partial<RunMetrics>;
const bench = (pairs: number, a: Change, b: Change): BenchRun[] =>
  Array.from({ length: pairs }, (_, pair) => [run(pair, 'a', a(pair)), run(pair, 'b', b(pair))]).flat();
const of = (runs: readonly BenchRun[], metric: string) =>
  compareRuns(runs, { seed: 1 }).secondary.find((comparison) => comparison.metric === metric);

t.test('the loss of SLO is the primary metric, b less a over pairs', async (t) => {
  const runs = bench(
    8,
    (pair) => ({ sloLossSeconds: 40 + pair }),
    (pair) => ({ sloLossSeconds: 3 + pair }),
  );
  const { primary, pairs, change } = compareRuns(runs, { seed: 1 });
  t.match(primary, { metric: 'sloLossSeconds', a: 43.5, b: 6.5, estimate: -37, p: 2 / 2 ** 8, pairs: 8 });
  t.same(primary!.interval, { low: -37, high: -37 }, 'drift that a pair shares is not noise');
  t.equal(primary!.adjusted, undefined);
  t.equal(pairs, 8);
  t.equal(change!.percent.toFixed(1), '-85.1');
});

t.test('a pair counts only when both of its runs are there and neither is void', async (t) => {
  const runs = [
    ...bench(
      6,
      () => ({}),
      () => ({ sloLossSeconds: 1 }),
    ),
    ...[run(6, 'a', { sloLossSeconds: 999 }, true), run(6, 'b')],
    ...[run(7, 'a'), run(7, 'b', {}, true)],
    run(8, 'a', { sloLossSeconds: 999 }),
  ];
  t.match(compareRuns(runs, { seed: 1 }), { pairs: 6, voidPairs: 2, incompletePairs: 1, primary: { estimate: -39 } });
});

t.test('without a pair there is nothing to compare', async (t) => {
  t.same(compareRuns([run(0, 'a')], { seed: 1 }), {
    ...{ pairs: 0, voidPairs: 0, incompletePairs: 1, primary: null, secondary: [], change: null, recovered: null },
    leftOut: [],
  });
});

t.test('the order in which runs were read changes nothing', async (t) => {
  const runs = bench(
    7,
    (pair) => ({ sloLossSeconds: 40 + 3 * pair, p99Ms: 90 + pair }),
    (pair) => ({ sloLossSeconds: 50 - pair ** 2, p99Ms: 99 - pair }),
  );
  t.same(compareRuns(runs.toReversed(), { seed: 4 }), compareRuns(runs, { seed: 4 }));
});

t.test('ratios are estimated by their logarithms and given as ratios', async (t) => {
  const runs = bench(
    6,
    (pair) => ({ p99Ms: 100 * 2 ** pair }),
    (pair) => ({ p99Ms: 50 * 2 ** pair }),
  );
  const p99 = of(runs, 'p99Ms')!;
  t.equal(p99.scale, 'ratio');
  t.equal(p99.estimate.toFixed(6), '0.500000');
  t.equal(p99.interval.high.toFixed(6), '0.500000');
});

t.test('a metric that a run lacks, or whose ratio does not exist, is left out and the reason is given', async (t) => {
  const runs = bench(
    6,
    (pair) => ({ leafAmplification: pair === 0 ? null : 2, cpuMsPerRequest: pair === 1 ? 0 : 1 }),
    () => ({}),
  );
  const { leftOut, secondary } = compareRuns(runs, { seed: 1 });
  t.same(leftOut, [
    { metric: 'leafAmplification', reason: '1 of 12 runs have no value' },
    { metric: 'cpuMsPerRequest', reason: 'it is 0 in a run, and 0 has no ratio' },
  ]);
  t.notOk(secondary.some(({ metric }) => metric === 'leafAmplification' || metric === 'cpuMsPerRequest'));
});

t.test('p95 goes by its name, and is not compared with p99', async (t) => {
  const p95 = bench(
    6,
    () => ({ tail: 'p95' }),
    () => ({ tail: 'p95' }),
  );
  t.ok(of(p95, 'p95Ms'));
  const mixed = bench(
    6,
    () => ({ tail: 'p95' }),
    () => ({}),
  );
  t.match(compareRuns(mixed, { seed: 1 }).leftOut, [{ metric: 'p99Ms', reason: /1,000 requests/ }]);
});

t.test('a run that did not recover stands with the time that was observed, and is marked', async (t) => {
  const runs = bench(
    6,
    (pair) => ({ ttrRevertSeconds: pair < 4 ? null : 50, observedSeconds: 60 }),
    () => ({ ttrRevertSeconds: 4 }),
  );
  t.match(of(runs, 'ttrRevertSeconds'), { a: 60, b: 4, estimate: -51, censored: { a: 4, b: 0 } });
  const all = bench(
    6,
    () => ({}),
    () => ({}),
  );
  t.equal(of(all, 'ttrRevertSeconds')!.censored, undefined);
});

t.test('recovered runs are counted, and tested over the pairs that disagree', async (t) => {
  const runs = bench(
    8,
    (pair) => ({ ttrRevertSeconds: pair < 2 ? 9 : null }),
    () => ({}),
  );
  t.same(compareRuns(runs, { seed: 1 }).recovered, { a: 2, b: 8, p: 0.03125, pairs: 8 });
});

t.test('secondary metrics carry a p that is adjusted for their number', async (t) => {
  const runs = bench(
    8,
    () => ({}),
    (pair) => ({ lostGood: 1 + pair }),
  );
  const { secondary } = compareRuns(runs, { seed: 1 });
  t.equal(secondary.length, 10);
  t.equal(secondary.find(({ metric }) => metric === 'lostGood')!.adjusted, 10 * (2 / 2 ** 8));
  t.ok(secondary.every(({ p, adjusted }) => adjusted! >= p));
});
