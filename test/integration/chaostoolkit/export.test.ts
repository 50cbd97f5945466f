import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { ensureChaosToolkit } from '../../helpers/chaostoolkit.ts';
import { type StandRun, startStand, until } from '../runner/stand.ts';
import { type ChaosJournal, pado, run } from './toolkits.ts';

const script = fileURLToPath(new URL('../../fixtures/tiny-load.ts', import.meta.url));
const histogram = 'k6_shop_checkout_duration_seconds';

/** Work is late by half a second, which is too late; with a limit of five seconds it is not. */
const experiment = `
title: Slow work
description: Work is late
configuration: {limit: 0.25, path: /work, seconds: 3}
steady-state-hypothesis:
  title: Work is quick
  probes:
    - type: probe
      name: p99
      tolerance: {type: compare, comparator: '<', value: '\${limit}'}
      provider:
        type: prometheus
        query: histogram_quantile(0.99, sum(increase(${histogram}[$__range])))
        samples: histogram_count(sum(increase(${histogram}[$__range])))
        unit: s
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
        target: {selector: {matchLabels: {app.kubernetes.io/name: payments}}}
        ttl: 90s
        effects:
          - {kind: latency, direction: inbound, match: {method: [GET], path: '\${path}'}, delay: 500ms}
    pauses: {after: '\${seconds}'}
  - type: probe
    name: so far
    provider: {type: prometheus, query: sum(k6_shop_good_total)}
  - {type: action, name: something plain, provider: {type: process, path: echo, arguments: [plain]}}
rollbacks:
  - {type: action, name: undo, provider: {type: process, path: echo, arguments: [undone]}}
extensions:
  - {name: pado, load: {script: ${script}}, warmup: 1s, baseline: 2s, recovery: 20s}
`;

t.setTimeout(600_000);

/** A stand that `pado` takes for a shop that is up, and in it the experiment as exported. */
async function startChaos(t: Test) {
  const kit = await ensureChaosToolkit(t);
  if (kit === undefined) return undefined;
  const stand = await startStand(t);
  const { directory, stack } = stand;
  const env = { ...process.env, PADO: pado, PATH: `${dirname(kit.chaos)}:${process.env.PATH}`, NODE_OPTIONS: '' };
  const within = { cwd: directory, env };
  await mkdir(join(directory, '.pado'));
  await writeFile(join(directory, '.pado/stack.json'), JSON.stringify(stack));
  await writeFile(join(directory, 'slow-work.yaml'), experiment);
  const { stderr } = await run('sh', [pado, 'export', '--chaostoolkit', 'slow-work.yaml', '-o', 'chaos.json'], within);
  t.equal(stderr, '');
  const args = ['--no-version-check', 'run', 'chaos.json'];
  return {
    ...stand,
    chaos: async (...options: readonly string[]) => {
      await run(kit.chaos, [...args, ...options], within);
      return JSON.parse(await readFile(join(directory, 'journal.json'), 'utf8')) as ChaosJournal;
    },
    start: (...options: readonly string[]) => spawn(kit.chaos, [...args, ...options], { ...within, stdio: 'ignore' }),
    faults: async () => {
      const token = (await readFile(stack.agent.tokenFile, 'utf8')).trim();
      const answer = await fetch(`${stack.agent.url}/v1/faults`, { headers: { authorization: `Bearer ${token}` } });
      return ((await answer.json()) as { items: { phase: string }[] }).items;
    },
    isRunning: () =>
      readFile(join(directory, '.pado/steps/slow-work.json')).then(
        () => true,
        () => false,
      ),
  };
}

t.test('the exported catalogue is valid for the real chaos', async (t) => {
  const kit = await ensureChaosToolkit(t);
  if (kit === undefined) return;
  const catalogue = fileURLToPath(new URL('../../../experiments/chaostoolkit/', import.meta.url));
  const within = { cwd: t.testdir(), env: process.env };
  for (const name of await readdir(catalogue)) {
    const { exitCode, stderr } = await run(
      kit.chaos,
      ['--no-version-check', 'validate', join(catalogue, name)],
      within,
    );
    t.equal(exitCode, 0, `${name}: ${stderr.trim().split('\n').at(-1)}`);
  }
});

const outcomeOf = ({ journal }: Pick<StandRun, 'journal'> | { readonly journal: ChaosJournal }) => ({
  status: journal.status,
  deviated: journal.deviated,
});

t.test('what was exported comes to the verdict of pado run', async (t) => {
  const stand = await startChaos(t);
  if (stand === undefined) return;
  const late = await stand.chaos();
  t.match(outcomeOf({ journal: late }), outcomeOf(await stand.run(experiment)), 'with the weakness');
  t.equal(late.deviated, true);
  t.equal(late.steady_states.before?.steady_state_met, true);
  t.match(late.steady_states.after?.probes.at(-1), { activity: { name: 'p99' }, output: { stdout: /"met":false/ } });
  t.same(
    late.run.map(({ activity: { name }, status }) => `${name} ${status}`),
    ['slow work succeeded', 'so far succeeded', 'something plain succeeded'],
  );
  t.match(late.run[0]?.output, { status: 0, stdout: /"phase":"Injected"/ });
  t.same(
    late.rollbacks.map(({ activity: { name } }) => name),
    ['undo', 'end of the run'],
  );
  t.same(await stand.faults(), [], 'no fault is left');
  t.notOk(await stand.isRunning(), 'and no run');

  const quick = await stand.chaos('--var', 'limit:float=5');
  t.match(outcomeOf({ journal: quick }), outcomeOf(await stand.run(experiment.replace('0.25', '5'))), 'with the fix');
  t.equal(quick.deviated, false);
});

t.test('what proves nothing does not look like success', async (t) => {
  const stand = await startChaos(t);
  if (stand === undefined) return;
  const missed = await stand.chaos('--var', 'limit:float=5', '--var', 'path=/nowhere');
  t.equal(missed.deviated, true);
  t.match(missed.steady_states.after?.probes.at(-1), {
    activity: { name: 'the run is sound' },
    output: { status: 3, stdout: /"inconclusive".*never applied/ },
  });
});

t.test('kill -9 of chaos in the middle leaves nothing behind', async (t) => {
  const stand = await startChaos(t);
  if (stand === undefined) return;
  const chaos = stand.start('--var', 'seconds:int=80');
  t.teardown(() => chaos.kill('SIGKILL'));
  await until(async () => (await stand.faults()).some(({ phase }) => phase === 'Injected'));
  chaos.kill('SIGKILL');
  await until(async () => !(await stand.isRunning()));
  t.same(await stand.faults(), []);
  const answer = await fetch(`${stand.stack.urls.gateway}/work`, { signal: AbortSignal.timeout(400) });
  t.equal(answer.status, 200, 'work is quick again');
});
