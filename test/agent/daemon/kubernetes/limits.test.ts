import type { FaultSpec } from '@pado/fault';
import t from 'tap';
import { judge, needsCount, readLimits } from '../../../../agent/daemon/src/kubernetes/limits.ts';

const spec = (target: Partial<FaultSpec['target']> = {}, kind = 'latency') =>
  ({
    target: { selector: { matchLabels: { app: 'web' } }, ...target },
    ttl: '60s',
    effects: [{ kind, direction: 'inbound', delay: '1s' }],
  }) as unknown as FaultSpec;

t.test('without limits nothing is capped and nobody is counted', (t) => {
  const limits = readLimits();
  t.match(limits, { isLeverEngaged: false, forbiddenKinds: [], problems: [] });
  t.notOk(needsCount(spec(), limits));
  t.same(judge(spec(), 'shop', limits, 0), {});
  t.end();
});

t.test('a share needs the count of pods; a number stays that number, whoever is there', (t) => {
  const limits = readLimits();
  t.ok(needsCount(spec({ mode: 'fixed-percent', value: 50 }), limits));
  t.notOk(needsCount(spec({ mode: 'one' }), limits));
  t.same(judge(spec({ mode: 'one' }), 'shop', limits, 0), { count: 1 });
  t.same(judge(spec({ mode: 'fixed', value: 4 }), 'shop', limits, 0), { count: 4 });
  t.same(judge(spec({ mode: 'fixed-percent', value: 50 }), 'shop', limits, 5), { count: 3 });
  t.end();
});

t.test('of two caps the stricter one counts, wherever it stands', (t) => {
  const strictAnnotation = readLimits({ maxTargets: '5' }, { 'pado.dev/max-targets': '2' });
  const strictMap = readLimits({ maxPercentage: '10' }, { 'pado.dev/max-percentage': '50' });
  t.equal(strictAnnotation.maxTargets, 2);
  t.equal(strictMap.maxPercentage, 10);
  t.match(judge(spec(), 'shop', strictAnnotation, 3), { refusal: /would hit 3 pods.*allows 2 at a time.*mode fixed/ });
  t.match(judge(spec(), 'shop', strictMap, 3), { refusal: /would hit 3 of 3 pods.*allows 10%/ });
  t.end();
});

t.test('under a cap a fault for all keeps to as many pods as it began with', (t) => {
  t.same(judge(spec(), 'shop', readLimits({ maxTargets: '5' }), 3), { count: 3 });
  t.end();
});

t.test('under a cap a number may not grow beyond it when pods come', (t) => {
  t.same(judge(spec({ mode: 'fixed', value: 9 }), 'shop', readLimits({ maxTargets: '3' }), 2), { count: 3 });
  t.end();
});

t.test('a share is compared exactly, not rounded down to what fits', (t) => {
  const limits = readLimits({ maxPercentage: '34' });
  t.same(judge(spec({ mode: 'fixed', value: 1 }), 'shop', limits, 3), { count: 1 });
  t.match(judge(spec({ mode: 'fixed', value: 2 }), 'shop', limits, 3), { refusal: /2 of 3 pods/ });
  t.end();
});

t.test('forbidden kinds are refused by name, from both places', (t) => {
  const limits = readLimits({ forbiddenKinds: 'kill, exit' }, { 'pado.dev/forbidden-kinds': 'memory' });
  t.same(limits.forbiddenKinds, ['kill', 'exit', 'memory']);
  t.match(judge(spec({}, 'memory'), 'shop', limits, 1), { refusal: /kind memory are forbidden in the namespace shop/ });
  t.same(judge(spec({}, 'latency'), 'shop', limits, 1), {});
  t.end();
});

t.test('the lever refuses everything, and what cannot be read counts as the strictest', (t) => {
  t.match(judge(spec(), 'shop', readLimits({ safetyLever: 'engaged' }), 1), { refusal: /safety lever is engaged/ });
  t.match(readLimits({ safetyLever: 'on' }), { isLeverEngaged: true, problems: [/neither engaged nor disengaged/] });
  t.match(readLimits({ maxTargets: 'three' }), { maxTargets: 0, problems: [/"three", not a number/] });
  t.match(readLimits({}, { 'pado.dev/max-percentage': '101' }), { maxPercentage: 0, problems: [/from 0 to 100/] });
  t.end();
});
