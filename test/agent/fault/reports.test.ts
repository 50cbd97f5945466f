import {
  apiVersion,
  type EffectEvidence,
  type FaultReport,
  type FaultResource,
  nameLabel,
  type ReportedTarget,
  type ResourceEndReason,
  summarise,
  sumReports,
} from '@pado/fault';
import fc from 'fast-check';
import t from 'tap';

const createdMs = Date.parse('2026-01-01T00:00:00Z');

const fault = (spec: Partial<FaultResource['spec']> = {}): FaultResource => ({
  apiVersion,
  kind: 'Fault',
  metadata: { name: 'slow', uid: 'u1', creationTimestamp: new Date(createdMs).toISOString(), generation: 2 },
  spec: {
    target: { selector: { matchLabels: { [nameLabel]: 'payments' } } },
    ttl: '60s',
    effects: [{ kind: 'latency', direction: 'inbound', delay: '2s' }],
    ...spec,
  },
});

const evidence = (matched: number, applied = matched): EffectEvidence => ({
  index: 0,
  kind: 'latency',
  matched,
  applied,
  cut: 0,
  dose: {
    unit: 'ms',
    samples: applied,
    requestedSum: 2_000 * applied,
    deliveredSum: 2_000.6 * applied,
    deliveredMin: 2_000,
    deliveredMax: 2_001,
    errorBuckets: [],
  },
});

const target = (pod: string, more: Partial<ReportedTarget> = {}): ReportedTarget => ({
  pod,
  podUid: `uid-${pod}`,
  pid: 7,
  instance: `instance-${pod}`,
  name: 'payments',
  state: 'armed',
  recovered: false,
  evidence: [],
  ...more,
});

const report = (node: string, targets: readonly ReportedTarget[], more: Partial<FaultReport> = {}): FaultReport => ({
  apiVersion,
  kind: 'FaultReport',
  metadata: { name: `slow.${node}`, labels: {} },
  fault: { name: 'slow', uid: 'u1' },
  node,
  renewTime: '2026-01-01T00:00:01.000000Z',
  targets,
  ...more,
});

t.test('counts pods over all nodes, and adds up what was applied', async (t) => {
  const status = summarise(
    fault(),
    [
      report('n1', [target('a', { evidence: [evidence(10)] }), target('b', { state: 'pending' })]),
      report('n2', [target('c', { evidence: [evidence(5, 4)] })]),
    ],
    { selectedPods: 4 },
  );
  t.match(status, {
    phase: 'Injected',
    message: 'in force in 2 of 4 pods',
    effect: 'latency 2s',
    target: 'app.kubernetes.io/name=payments',
    selected: 4,
    reached: 2,
    injected: 2,
    recovered: 0,
    pods: '2/4',
    matched: 15,
    applied: 14,
    requested: '2s',
    delivered: '2.0006s',
    observedGeneration: 2,
  });
  t.match(Object.fromEntries(status.conditions.map(({ type, status: is }) => [type, is])), {
    Selected: 'True',
    AllInjected: 'False',
    AllRecovered: 'False',
  });
});

t.test('two processes of one pod are one pod', async (t) => {
  const both = [target('a'), target('a', { instance: 'other', container: 'sidecar', state: 'ended', recovered: true })];
  const sums = sumReports(fault(), [report('n1', both)]);
  t.match(sums, { reached: 1, injected: 1, recovered: 0 });
  t.equal(sums.targets.length, 2);
});

t.test('a process in two reports counts once', async (t) => {
  const lost = target('a', { state: 'lost', recovered: true, evidence: [evidence(10)] });
  const present = target('a', { evidence: [evidence(12)] });
  const sums = sumReports(fault(), [report('n1', [present]), report('n2', [lost])]);
  t.match(sums, { phase: 'Injected', injected: 1, recovered: 0, evidence: [{ matched: 12 }] });
  t.equal(sums.targets.length, 1);
  t.match(
    sumReports(fault(), [report('n1', [{ ...present, evidence: [evidence(3)] }]), report('n2', [lost])]),
    { targets: [{ state: 'armed' }], evidence: [{ matched: 10 }] },
    'present, though the other one has seen more; and counts never shrink',
  );
});

t.test('a stopped fault has ended, and is recovered when each pod is', async (t) => {
  const stopped = fault({ stopped: true });
  t.match(summarise(stopped, [report('n1', [target('a')])]), {
    phase: 'Ended',
    endReason: 'stopped',
    message: 'ended (stopped), 0 of 1 pods have reverted',
  });
  const over = { state: 'ended', recovered: true } as const;
  const reports = [report('n1', [target('a', over)], { endReason: 'stopped' }), report('n2', [target('b', over)])];
  t.match(sumReports(stopped, reports), { phase: 'Ended', recovered: 2, reached: 2, injected: 0 });
  t.match(summarise(stopped, reports).conditions.at(-1), { type: 'AllRecovered', status: 'True' });
  t.match(sumReports(stopped, []), { phase: 'Ended', reached: 0, recovered: 0 }, 'also where nobody was reached');
});

t.test('it has ended by a node when every node says so', async (t) => {
  const ended = (endReason: ResourceEndReason) => ({ endReason });
  const one = report('n1', [target('a', { state: 'ended', recovered: true })], ended('lease'));
  t.match(sumReports(fault(), [one, report('n2', [target('b')])]), { phase: 'Injected', injected: 1 });
  t.match(sumReports(fault(), [one, report('n2', [], ended('ttl'))]), { phase: 'Ended', endReason: 'lease' });
});

t.test('a ttl that is over ends it, and at last reverts it, whatever a dead node last said', async (t) => {
  const reports = [report('n1', [target('a')])];
  t.match(sumReports(fault(), reports, { nowMs: createdMs + 59_000 }), { phase: 'Injected' });
  t.match(sumReports(fault(), reports, { nowMs: createdMs + 60_000 }), {
    phase: 'Ended',
    endReason: 'ttl',
    recovered: 0,
  });
  t.match(sumReports(fault(), reports, { nowMs: createdMs + 65_250 }), { recovered: 1, injected: 0 });
});

t.test('a refusal is told in its own words, unless it has acted somewhere', async (t) => {
  const refused = report('n1', [], { refusal: 'the safety lever is engaged' });
  t.match(summarise(fault(), [refused]), { phase: 'Refused', message: 'refused: the safety lever is engaged' });
  t.match(sumReports(fault(), [refused, report('n2', [target('b')])]), { phase: 'Injected' });
});

t.test('a process that the fault has ended is hit; one that just left is not', async (t) => {
  const left = target('a', { state: 'lost', evidence: [evidence(1)] });
  t.match(sumReports(fault(), [report('n1', [left])]), { phase: 'Pending', injected: 0, reached: 1 });
  t.match(sumReports(fault(), [report('n1', [{ ...left, pulse: 0 }])]), { phase: 'Injected', injected: 1 });
});

t.test('a target that refuses is named', async (t) => {
  const reports = [report('n1', [target('a', { state: 'failed', recovered: true, reason: 'no memory limit' })])];
  t.match(summarise(fault(), reports), { phase: 'Pending', message: /a refused it: no memory limit/ });
});

t.test('reports of an earlier fault of the same name do not count', async (t) => {
  const earlier = { ...report('n1', [target('a')]), fault: { name: 'slow', uid: 'u0' } };
  t.match(summarise(fault(), [earlier]), {
    phase: 'Pending',
    reached: 0,
    message: 'no pod with injection has these labels',
  });
});

t.test('a condition keeps the time of its last change', async (t) => {
  const reports = [report('n1', [target('a')])];
  const first = summarise(fault(), reports, { nowMs: createdMs + 1_000 });
  const second = summarise({ ...fault(), status: first }, reports, { nowMs: createdMs + 9_000 });
  t.same(second.conditions, first.conditions);
  const third = summarise({ ...fault({ stopped: true }), status: first }, reports, { nowMs: createdMs + 9_000 });
  t.match(third.conditions, [
    { type: 'Selected', lastTransitionTime: '2026-01-01T00:00:01Z' },
    { type: 'AllInjected', status: 'False', reason: 'Ended', lastTransitionTime: '2026-01-01T00:00:09Z' },
    { type: 'AllRecovered', status: 'False' },
  ]);
});

const anyTarget: fc.Arbitrary<ReportedTarget> = fc
  .record({
    pod: fc.constantFrom('a', 'b', 'c'),
    process: fc.integer({ min: 0, max: 1 }),
    state: fc.constantFrom('armed', 'suspended', 'ended', 'failed', 'pending', 'lost'),
    recovered: fc.boolean(),
    matched: fc.integer({ min: 0, max: 50 }),
    pulse: fc.option(fc.constant(0), { nil: undefined }),
  })
  .map(({ pod, process, state, recovered, matched, pulse }) =>
    target(pod, {
      instance: `${pod}-${process}`,
      state,
      recovered,
      evidence: matched === 0 ? [] : [evidence(matched)],
      ...(pulse === undefined ? {} : { pulse }),
    }),
  );

const anyReports = fc.array(
  fc
    .record({
      node: fc.constantFrom('n1', 'n2', 'n3'),
      targets: fc.uniqueArray(anyTarget, { selector: ({ instance }) => instance, maxLength: 4 }),
      endReason: fc.option(fc.constantFrom<ResourceEndReason>('ttl', 'stopped', 'lease', 'lever'), { nil: undefined }),
      refusal: fc.option(fc.constant('no'), { nil: undefined }),
    })
    .map(({ node, targets, endReason, refusal }) =>
      report(node, targets, { ...(endReason ? { endReason } : {}), ...(refusal ? { refusal } : {}) }),
    ),
  { maxLength: 5 },
);
const anyFault = fc.boolean().map((stopped) => fault(stopped ? { stopped } : {}));
const sorted = (reports: readonly FaultReport[]) => {
  const { targets, ...sums } = sumReports(fault(), reports);
  return { ...sums, targets: targets.map((one) => JSON.stringify(one)).sort() };
};

t.test('for any reports', async (t) => {
  fc.assert(
    fc.property(anyReports, anyFault, (reports, one) => {
      const sums = sumReports(one, reports);
      const pods = new Set(reports.flatMap(({ targets }) => targets.map(({ podUid }) => podUid))).size;
      const most = Math.max(
        0,
        ...reports.flatMap(({ targets }) => targets.map(({ evidence: [e] }) => e?.matched ?? 0)),
      );
      const matched = sums.evidence[0]?.matched ?? 0;
      return (
        sums.reached <= pods &&
        sums.injected <= sums.reached &&
        sums.recovered <= sums.reached &&
        new Set(sums.targets.map(({ instance }) => instance)).size === sums.targets.length &&
        matched >= most &&
        (sums.phase === 'Ended') === (sums.endReason !== undefined) &&
        (one.spec.stopped !== true || sums.phase === 'Ended' || sums.phase === 'Refused')
      );
    }),
  );
  t.pass('counts stay within bounds, and an end has a reason');
  fc.assert(
    fc.property(
      anyReports.chain((reports) =>
        fc.tuple(fc.constant(reports), fc.shuffledSubarray(reports, { minLength: reports.length })),
      ),
      ([reports, shuffled]) => JSON.stringify(sorted(reports)) === JSON.stringify(sorted(shuffled)),
    ),
  );
  t.pass('their order does not matter');
  fc.assert(
    fc.property(
      anyReports,
      (reports) => JSON.stringify(sorted([...reports, ...reports])) === JSON.stringify(sorted(reports)),
    ),
  );
  t.pass('the same report twice counts once');
});
