import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { exitCodes, type ProbeResult, type RunEvent } from '../../../runner/src/contracts.ts';
import { newestSample } from '../../../runner/src/guards/newest-sample.ts';
import { agentApi } from '../../../runner/src/providers/fault/agent-api.ts';
import { prometheus as connect } from '../../../runner/src/providers/prometheus.ts';
import { type Stand, type StandRun, startStand, until } from './stand.ts';

const path = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url));

/** The promise is 1 s; the rest is for a machine that is busy with something else. */
const revertWithinMs = 5_000;
/** A lease's 4 s, a look of the agent, and a busy machine. */
const lapseWithinMs = 9_000;

const late = '{kind: latency, direction: inbound, match: {path: /work}, delay: 500ms}';
const broken = '{kind: error, direction: inbound, match: {path: /work}, status: 503}';
const p99 = 'histogram_quantile(0.99, sum(rate(k6_shop_checkout_duration_seconds[$__range])))';

/** A fault for 40 s, which no experiment here is to live through. */
const experiment = (effect: string, pado: string, probes = '') => `
title: Stopped
description: Goes too far
steady-state-hypothesis:
  title: Steady before, and judged no further
  probes: [${probes}]
method:
  - type: action
    name: harm
    provider:
      type: fault
      spec:
        target: {selector: {matchLabels: {app.kubernetes.io/name: payments}}}
        ttl: 60s
        effects:
          - ${effect}
    pauses: {after: 40}
extensions:
  - name: pado
    warmup: 1s
    baseline: 3s
    recovery: 5s
    ${pado}
`;

const load = `load: {script: ${path('test/fixtures/tiny-load.ts')}}`;

function isAborted(t: Test, { journal, events }: StandRun): void {
  const { pado } = journal;
  t.match(journal, { status: 'aborted', deviated: false, pado: { verdict: 'aborted' } });
  t.equal(exitCodes[pado.verdict], 4);
  t.match(pado.faults, [{ phase: 'Ended', endReason: 'stopped', conditions: { AllRecovered: true } }]);
  t.equal(events.filter(({ type }) => type === 'stop').length, 1);
  const { revertedAfterMs = Number.POSITIVE_INFINITY, reason } = pado.stop ?? {};
  t.ok(revertedAfterMs < revertWithinMs, `reverted ${revertedAfterMs} ms after the miss`);
  t.comment(`reverted ${revertedAfterMs} ms after: ${reason}`);
}

const looksOf = (events: readonly RunEvent[], name: string): readonly { result: ProbeResult; atMs: number }[] =>
  events.flatMap((event) => (event.type === 'look' && event.result.name === name ? event : []));

/** By the clock and not by a timer, which fires late on a busy machine: a late answer must not pass for a quick one. */
const isQuick = async ({ stack }: Stand): Promise<boolean> => {
  const askedAtMs = performance.now();
  const { ok } = await fetch(`${stack.urls.gateway}/work`);
  return ok && performance.now() - askedAtMs < 450;
};

t.setTimeout(240_000);

t.test('with a real Prometheus', async (t) => {
  const stand = await startStand(t);

  await t.test('PromQL stops a run at its new scrapes', async (t) => {
    const provider = `{type: prometheus, query: '${p99}', unit: s}`;
    const rule = `{name: slow, provider: ${provider}, tolerance: {type: compare, comparator: '<', value: 0.25}, misses: 2, of: 3}`;
    const run = await stand.run(experiment(late, `${load}\n    stopConditions: [${rule}]`));
    isAborted(t, run);
    t.match(run.journal.pado.stop, {
      name: 'slow',
      reason: /^slow was 0\.\d+ s, not < 0.25 s \(2 of the last [23] looks missed\)$/,
    });
    const looks = looksOf(run.events, 'slow');
    t.ok(looks.length >= 2);
    const spanMs = looks.at(-1)!.atMs - looks[0]!.atMs;
    const { prometheusUrl } = stand.stack;
    for (const query of [p99, 'sum(k6_shop_bad_total) / sum(k6_shop_good_total{journey="checkout"})', 'nowhere']) {
      const newest = newestSample({ type: 'prometheus', query }, connect(prometheusUrl));
      const [atMs] = looks.slice(-1).map((look) => look.atMs);
      const sampleMs = await newest(atMs!, new AbortController().signal);
      if (query === 'nowhere') t.equal(sampleMs, null);
      else t.ok(sampleMs! <= atMs! && sampleMs! > atMs! - 3_000, `${query} was sampled ${atMs! - sampleMs!} ms before`);
    }
    t.ok(spanMs >= 700 * (looks.length - 1), `${looks.length} looks in ${spanMs} ms: a push a second is seen once`);
  });

  await t.test('the error budget does too', async (t) => {
    const count = (name: string) => `sum(increase(k6_shop_${name}_total[$__range]))`;
    const counters = `bad: '${count('bad')}', total: '${count('good')} + ${count('bad')}'`;
    const budget = `{objective: 99, ${counters}, period: 100s, stopAt: 50}`;
    const provider = `{type: prometheus, query: '${count('good')}', window: [before]}`;
    const baseline = `{type: probe, name: served, provider: ${provider}, tolerance: {type: compare, comparator: '>', value: 0}}`;
    const run = await stand.run(experiment(broken, `${load}\n    errorBudget: ${budget}`, baseline));
    isAborted(t, run);
    t.match(run.journal.pado.stop, {
      name: 'error budget',
      reason: /^\d+(\.\d+)?% of the error budget of 100s is gone, the limit is 50%: [\d.]+ of [\d.]+ bad events$/,
    });
    t.ok(looksOf(run.events, 'error budget').length > 0);
  });

  await t.test('its death does, when something needs it', async (t) => {
    const rule = "{name: up, provider: {type: prometheus, query: 'vector(1)'}, tolerance: 1}";
    const listener = (event: RunEvent) => {
      if (event.type === 'fault' && event.status.phase === 'Injected') stand.prometheus.kill('SIGKILL');
    };
    const run = await stand.run(experiment(late, `stopConditions: [${rule}]`), { listener });
    isAborted(t, run);
    t.match(run.journal.pado.stop, { name: 'Prometheus does not answer', reason: /looks in a row, for .*\d s/ });
    await until(() => isQuick(stand));
  });
});

t.test('the command', async (t) => {
  const stand = await startStand(t);
  const file = join(stand.directory, 'experiment.yaml');
  await mkdir(join(stand.directory, '.pado'));
  const rule = `{name: front, provider: {type: http, url: '${stand.stack.urls.gateway}/work', timeout: 2}, tolerance: {type: response, status: 200, within: 250ms}}`;
  const bitten = async () => {
    await until(async () => (await agentApi(stand.stack.agent).read('harm')).phase === 'Injected');
    await until(async () => !(await isQuick(stand)));
  };

  await t.test('exits with 4, and its events tell why', async (t) => {
    await writeFile(file, experiment(late, `stopConditions: [${rule}]`));
    const { child, output } = start(t, stand, 'run', file, '--events', 'events.ndjson');
    const [exitCode] = await once(child, 'exit');
    t.equal(exitCode, 4, output());
    const text = await readFile(join(stand.directory, 'events.ndjson'), 'utf8');
    const events = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    t.match(
      events.find(({ type }) => type === 'stop'),
      { stop: { name: 'front', reason: /^front was .*, not / } },
    );
    t.match(events.at(-1), { type: 'finished', verdict: 'aborted' });
    await until(() => isQuick(stand));
  });

  for (const signal of ['SIGSTOP', 'SIGKILL'] as const) {
    await t.test(`after ${signal} its faults revert by their lease`, async (t) => {
      await writeFile(file, experiment(late, 'prometheusDown: ignore'));
      const { child } = start(t, stand, 'run', file);
      await bitten();
      const atMs = performance.now();
      child.kill(signal);
      await until(() => isQuick(stand));
      const goneAfterMs = performance.now() - atMs;
      t.ok(goneAfterMs < lapseWithinMs, `the fault was gone ${Math.round(goneAfterMs)} ms later`);
      const agent = agentApi(stand.stack.agent);
      await until(async () => (await agent.read('harm')).conditions.AllRecovered);
      t.match(await agent.read('harm'), { phase: 'Ended', endReason: 'lease' });
      child.kill('SIGKILL');
      await agent.remove('harm');
    });
  }
});

/** `pado` as its users start it; killed at the end of the test, frozen or not. */
function start(t: Test, { directory }: Stand, ...args: string[]): { child: ChildProcess; output: () => string } {
  const child = spawn(path('runner/bin/pado'), [...args, '--agent', join(directory, 'agent.json')], {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  t.teardown(() => void child.kill('SIGKILL'));
  return { child, output: () => text };
}
