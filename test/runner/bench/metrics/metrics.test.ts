import t from 'tap';
import type { Sample, ServerCounts } from '../../../../runner/src/bench/contracts.ts';
import { measure } from '../../../../runner/src/bench/metrics/metrics.ts';
import { bad, fixed, good, injectMs, naive, run, times } from './made-run.ts';

const of = (samples: readonly Sample[], more = {}) =>
  measure({ samples, drops: [], times, deadlineMs: 3_000, ...more });
const counts = (more: Partial<ServerCounts>): ServerCounts => ({
  ...{ edges: [], wasted: 0, served: 0, refused: 0, cpuSeconds: 0, ...more },
});

t.test('a naive run loses everything, a fixed one what the trigger and four seconds took', async (t) => {
  t.match(of(naive).metrics, {
    ...{ g0: 1, lostGood: 2_800, depth: 0, ttrRevertSeconds: null, observedSeconds: 60, metastable: true },
  });
  t.equal(of(naive).metrics.sloLossSeconds.toFixed(3), (70 * 0.99).toFixed(3));
  t.match(of(fixed).metrics, {
    ...{ g0: 1, lostGood: 560, depth: 0, ttrRevertSeconds: 4, ttrInjectSeconds: 14, metastable: false },
  });
  t.equal(of(fixed).metrics.sloLossSeconds.toFixed(3), (14 * 0.99).toFixed(3));
});

t.test('the goal is the claim’s', async (t) => {
  t.equal(of(naive, { goal: 90 }).metrics.sloLossSeconds.toFixed(3), '63.000');
});

t.test('journeys that are not judged are bystanders: their losses are collateral', async (t) => {
  const browse = run((second) => (second < 0 || second >= 5 ? good() : bad()), { perSecond: 10, journey: 'browse' });
  const gains = run(() => good(), { perSecond: 10, journey: 'search' });
  const { metrics } = of([...fixed, ...browse, ...gains], { journeys: ['list'] });
  t.equal(metrics.collateral, 50);
  t.equal(metrics.lostGood, 560);
  t.equal(of([...fixed, ...browse]).metrics.collateral, 0, 'all are judged');
});

t.test('percentiles come from the baseline’s requests, failures at the deadline', async (t) => {
  // 1,500 requests: 1 to 100 ms, and twenty that failed in 1 ms.
  const samples = run((second, user) => (second === -1 && user < 20 ? bad(1) : good(1 + user)), { perSecond: 100 });
  t.match(of(samples).metrics, { tail: 'p99', p99Ms: 3_000 });
  t.match(of(run((_, user) => good(1 + user), { perSecond: 100 })).metrics, { tail: 'p99', p50Ms: 50, p99Ms: 99 });
});

t.test('below 1,000 requests it is the 95th', async (t) => {
  const few = run((_, user) => good(1 + user), { perSecond: 20 });
  t.match(of(few).metrics, { tail: 'p95', p50Ms: 10, p99Ms: 19 });
});

t.test('what the services count becomes ratios', async (t) => {
  const edge = { from: 'gateway', to: 'catalog' };
  const { metrics } = of(naive, {
    leaf: edge,
    counts: {
      baseline: counts({
        edges: [{ ...edge, originals: 600, attempts: 600 }],
        served: 990,
        refused: 10,
        cpuSeconds: 3,
      }),
      after: counts({ edges: [{ ...edge, originals: 2_800, attempts: 8_400 }], served: 4_000, wasted: 3_000 }),
    },
  });
  t.strictSame(metrics.amplification, { 'gateway → catalog': 3 });
  // 600 requests of users in the baseline, one each; 2,800 afterwards, three each.
  t.equal(metrics.leafAmplification, 3);
  t.equal(metrics.wastedShare, 0.75);
  t.equal(metrics.falseRejects, 0.01);
  t.equal(metrics.cpuMsPerRequest, 5);
});

t.test('what was not counted is not known', async (t) => {
  t.match(of(naive).metrics, { leafAmplification: null, wastedShare: null, cpuMsPerRequest: null });
  t.match(of(naive, { counts: { baseline: counts({}), after: counts({}) } }).metrics, { wastedShare: null });
});

t.test('drops of the baseline are counted over all journeys', async (t) => {
  const drops = [
    { atMs: injectMs - 500, count: 3, journey: 'browse' },
    { atMs: injectMs + 500, count: 9 },
  ];
  t.match(of(naive, { drops, journeys: ['list'] }), { droppedInBaseline: 3, offeredInBaseline: 603 });
});

t.test('a run without a user measures nothing and throws nothing', async (t) => {
  t.match(of([]), { offeredInBaseline: 0, metrics: { g0: 0, depth: 0, p50Ms: null, ttrRevertSeconds: null } });
});
