import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import type { RunEvent } from '../../../runner/src/contracts.ts';
import { agentApi } from '../../../runner/src/providers/fault/agent-api.ts';
import { type StandRun, startStand, until } from './stand.ts';

const script = fileURLToPath(new URL('../../fixtures/tiny-load.ts', import.meta.url));
const histogram = 'k6_shop_checkout_duration_seconds';

interface Shape {
  readonly limit?: number;
  readonly target?: string;
  readonly path?: string;
  readonly seconds?: number;
  /** At most; as long where nobody answers its questions. */
  readonly recovery?: number;
}

const usual = { limit: 0.25, target: 'payments', path: '/work', seconds: 4, recovery: 20 };
const experiment = (shape: Shape = {}) => write({ ...usual, ...shape });
const write = ({ limit, target, path, seconds, recovery }: Required<Shape>) => `
title: Slow work
description: Work is late
steady-state-hypothesis:
  title: Work is quick
  probes:
    - type: probe
      name: p99
      tolerance: {type: compare, comparator: '<', value: ${limit}}
      provider:
        type: prometheus
        query: histogram_quantile(0.99, sum(increase(${histogram}[$__range])))
        samples: histogram_count(sum(increase(${histogram}[$__range])))
        unit: s
    - type: probe
      name: quick again
      tolerance: {type: compare, comparator: '<', value: 0.25}
      provider: {type: prometheus, query: 'histogram_quantile(0.5, sum(rate(${histogram}[$__range])))', window: [after]}
    - type: probe
      name: bad in all
      tolerance: 0
      provider: {type: k6, metric: shop_bad}
method:
  - type: action
    name: slow work
    provider:
      type: fault
      spec:
        target: {selector: {matchLabels: {app.kubernetes.io/name: ${target}}}}
        ttl: 60s
        effects:
          - {kind: latency, direction: inbound, match: {method: [GET], path: ${path}}, delay: 500ms}
    pauses: {after: ${seconds}}
extensions:
  - {name: pado, load: {script: ${script}}, warmup: 1s, baseline: 3s, recovery: ${recovery}s}
`;

/** Does something once the fault has hit a request. */
const onceApplied = (action: () => void) => {
  let done = false;
  return (event: RunEvent) => {
    if (done || event.type !== 'fault' || (event.status.evidence[0]?.applied ?? 0) === 0) return;
    done = true;
    action();
  };
};

async function journalOnDisk(t: Test, { journal, journalFile }: StandRun): Promise<void> {
  t.same(
    JSON.parse(await readFile(journalFile, 'utf8')),
    JSON.parse(JSON.stringify(journal)),
    'the journal is on disk',
  );
  const events = (await readFile(join(dirname(journalFile), 'events.ndjson'), 'utf8')).trimEnd().split('\n');
  t.match(JSON.parse(events.at(-1) ?? ''), { type: 'finished', verdict: journal.pado.verdict });
}

t.setTimeout(240_000);

t.test('a fault that users notice deviates; one that they may notice holds', async (t) => {
  const { run, stack } = await startStand(t);
  const late = await run(experiment());
  const { pado } = late.journal;
  t.match(late.journal, {
    status: 'completed',
    deviated: true,
    pado: { verdict: 'deviated', reason: /p99 was 0\.\d+ s, not < 0.25 s/ },
  });
  const [before, during] = pado.probes.filter(({ name }) => name === 'p99');
  t.match(before, { window: 'before', met: true });
  t.match(during, { window: 'during', met: false });
  t.ok((before?.samples ?? 0) >= 40, 'a baseline stands on its samples');
  t.ok(Number(during?.value) >= 0.45, 'the delay is seen from the users’ side');
  t.match(
    pado.probes.find(({ name }) => name === 'quick again'),
    { window: 'after', met: true },
  );
  t.match(
    pado.probes.find(({ name }) => name === 'bad in all'),
    { window: 'after', value: 0, met: true },
  );

  const [fault] = pado.faults;
  const { applied = 0, dose } = fault?.evidence[0] ?? {};
  t.match(fault, { phase: 'Ended', endReason: 'stopped', spec: { leaseName: /^run-/ } });
  t.ok(applied >= 40, `${applied} requests were hit`);
  t.ok((dose?.deliveredMin ?? 0) >= 500, 'never early');
  const counted = pado.ownCounts?.[0]?.counted ?? 0;
  t.ok(Math.abs(counted - applied) <= 10, `the service itself counted ${counted}`);

  const { before: calm, during: window, after } = pado.windows;
  t.ok(calm!.endMs <= window!.startMs && window!.startMs < window!.endMs && window!.endMs === after!.startMs);
  t.match(pado.load, { journeys: { checkout: { bad: 0 } }, droppedIterations: 0 });
  t.ok(pado.series.some(({ name, points }) => name === 'checkout p99' && points.length > 0));
  t.ok(pado.series.some(({ name, points }) => name === 'applied' && points.some(([, rate]) => (rate ?? 0) > 5)));
  t.match(pado.graph.before?.edges, [{ from: 'load', to: 'gateway', errorRate: 0 }]);
  t.ok((pado.graph.before?.edges[0]?.rate ?? 0) > 15);
  t.same(
    await agentApi(stack.agent)
      .read('slow-work')
      .catch(({ code }) => code),
    'ERR_PADO_NOT_FOUND',
    'no fault is left',
  );
  await journalOnDisk(t, late);
  const phases = late.events.flatMap((event) => (event.type === 'phase' ? event.phase : []));
  t.same(phases, ['load', 'steady-state', 'experiment', 'recovery', 'done']);
  const ledger = await readFile(join(dirname(late.journalFile), 'ledger.ndjson'), 'utf8');
  t.equal(ledger.trimEnd().split('\n').length, pado.load?.journeys.checkout?.good, 'the ledger has a line an answer');

  const held = await run(experiment({ limit: 5, seconds: 2 }));
  t.match(held.journal, { deviated: false, pado: { verdict: 'held' } });
});

t.test('what proves nothing is inconclusive', async (t) => {
  const { run } = await startStand(t);
  const missed = await run(experiment({ path: '/nowhere', limit: 5, seconds: 2 }));
  t.match(missed.journal.pado, { verdict: 'inconclusive', reason: /never applied/ });
  const ghost = await run(experiment({ target: 'catalog', limit: 5, seconds: 2 }));
  t.match(ghost.journal.pado, { verdict: 'inconclusive', reason: /armed nowhere .*catalog/ });
  const unsteady = await run(experiment({ limit: 0.000_001 }));
  t.match(unsteady.journal, { run: [], pado: { verdict: 'inconclusive', reason: /no steady state/, faults: [] } });
});

t.test('an interruption reverts the fault, ends the load and leaves a journal', async (t) => {
  const { run, stack } = await startStand(t);
  const abort = new AbortController();
  const listener = onceApplied(() => abort.abort(new Error('Ctrl-C')));
  const result = await run(experiment({ seconds: 50 }), { signal: abort.signal, listener });
  t.match(result.journal, { status: 'interrupted', deviated: false, pado: { verdict: 'inconclusive' } });
  t.match(result.journal.pado.faults, [{ phase: 'Ended', endReason: 'stopped', conditions: { AllRecovered: true } }]);
  t.ok(result.journal.pado.load, 'k6 has ended and left its summary');
  const answer = await fetch(`${stack.urls.gateway}/work`, { signal: AbortSignal.timeout(400) });
  t.equal(answer.status, 200, 'work is quick again');
  await journalOnDisk(t, result);
});

// Each of these has a stand of its own and waits most of the time.
t.jobs = 2;

for (const [fact, victim, verdict, reason] of [
  ['the agent', 'agent', 'error', /agent/],
  ['Prometheus', 'prometheus', 'aborted', /Prometheus did not answer/],
] as const) {
  t.test(
    `kill -9 of ${fact} in the middle is told as ${verdict}, and the fault is gone`,
    { buffered: true },
    async (t) => {
      const stand = await startStand(t);
      const listener = onceApplied(() => stand[victim].kill('SIGKILL'));
      const result = await stand.run(experiment({ limit: 5, seconds: 20, recovery: 5 }), { listener });
      t.match(result.journal, { deviated: false, pado: { verdict, reason } });
      await until(
        async () => (await fetch(`${stand.stack.urls.gateway}/work`, { signal: AbortSignal.timeout(400) })).ok,
      );
      await journalOnDisk(t, result);
    },
  );
}

t.test('a process of the stack that dies ends the run with its name', { buffered: true }, async (t) => {
  const { run, stack } = await startStand(t);
  const { promise: died, reject } = Promise.withResolvers<never>();
  const listener = onceApplied(() => reject(new Error('payments has ended')));
  const result = await run(experiment({ limit: 5, seconds: 50 }), { died, listener });
  t.match(result.journal, { status: 'failed', pado: { verdict: 'error', reason: /payments has ended/ } });
  t.match(await agentApi(stack.agent).targets(), [{ name: 'payments' }]);
});

t.test('a load that cannot start, or ends too soon, is an error', { buffered: true }, async (t) => {
  const { run, directory } = await startStand(t);
  const broken = join(directory, 'broken.ts');
  await writeFile(broken, 'export default function (: void {');
  const refused = await run(experiment().replace(script, broken));
  t.match(refused.journal, { status: 'failed', run: [], pado: { verdict: 'error', reason: /the load ended before/ } });
  const short = await run(experiment({ seconds: 30 }).replace('.ts}', '.ts, env: {DURATION: 8s}}'));
  t.match(short.journal, { status: 'failed', pado: { verdict: 'error', reason: /the load ended before/ } });
});
