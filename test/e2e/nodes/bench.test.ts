// Two namespaces as the arms of a benchmark: the same shop with and without policies, one after the other.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { writeCalibration } from '../../../runner/src/bench/calibration.ts';
import type { BenchRun } from '../../../runner/src/bench/contracts.ts';
import { chartFolder } from '../../helpers/helm-template.ts';
import { checkout } from '../../helpers/pado.ts';
import { ensureAgents } from '../helpers/chaos.ts';
import { helm, kubectl, namespace } from '../helpers/cluster.ts';
import { agentNamespace, imageValues } from '../helpers/targets.ts';

const experiment = `title: Payments answer two seconds late, under a small load
description: For a test.
configuration: {seed: 1}
steady-state-hypothesis:
  title: Checkouts are done within a second and a half
  probes:
    - type: probe
      name: fastest checkouts
      tolerance: {type: compare, comparator: '<', value: 1.5}
      provider:
        type: prometheus
        query: histogram_quantile(0.5, sum(increase(k6_shop_checkout_duration_seconds[$__range])))
        unit: s
method:
  - type: action
    name: slow payments
    provider:
      type: fault
      wait: ended
      spec:
        target: {selector: {matchLabels: {app.kubernetes.io/name: payments}}}
        ttl: 10s
        effects: [{kind: latency, direction: inbound, match: {method: [POST], path: /charges}, delay: 2s}]
extensions:
  - name: pado
    load: {script: LOAD, env: {JOURNEYS: 'checkout:2', PATIENCE: 3, SEED: '$\{seed}'}}
    warmup: 5s
    baseline: 8s
    recovery: 10s
    observe: 10s
`;

t.setTimeout(900_000);
await ensureAgents();
const [without, with_] = [await namespace(t, 'pado-arm-a'), await namespace(t, 'pado-arm-b')];
const folder = await mkdtemp(join(tmpdir(), 'pado-arms-'));
t.teardown(() => rm(folder, { recursive: true, force: true }));
await writeFile(join(folder, 'package.json'), '{}');
await mkdir(join(folder, '.pado'));
await writeCalibration(join(folder, '.pado'), 600, new Date());
await writeFile(join(folder, 'slow.yaml'), experiment.replace('LOAD', join(checkout, 'load/cascade.ts')));
const podsOf = async (ns: string) =>
  new Set(
    (await kubectl('get', 'pods', '-n', ns, '-l', 'app.kubernetes.io/component=service', '-o', 'name')).split('\n'),
  );

t.test('a namespace is an arm, with pods of its own for each run', async (t) => {
  for (const [ns, preset] of [
    [without, 'naive'],
    [with_, 'standard'],
  ] as const) {
    await helm(
      ...['install', 'shop', chartFolder('shop'), '-n', ns, '--wait', '--timeout', '8m'],
      ...['--set', `${imageValues},injection.agentNamespace=${agentNamespace}`],
      ...['--set', `prometheus.enabled=true,defaults.resources.requests.cpu=10m,policies.preset=${preset}`],
    );
  }
  const before = [await podsOf(without), await podsOf(with_)];
  const arms = ['--a', `namespace:${without}`, '--b', `namespace:${with_}`];
  const child = spawn(
    'sh',
    [join(checkout, 'runner/bin/pado'), 'bench', 'slow.yaml', '--kubernetes', ...arms, '--quick', '--json'],
    {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const out = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      out[name] += text;
    });
  await once(child, 'close');
  const { files } = JSON.parse(out.stdout || `{"files": {}}`) as { files: { json?: string } };
  if (files.json === undefined) throw new Error(out.stderr);
  const { runs } = JSON.parse(await readFile(files.json, 'utf8')) as { runs: readonly BenchRun[] };
  const last = (arm: 'a' | 'b') => runs.findLast((run) => run.arm === arm);
  t.match(last('a'), { verdict: 'deviated' }, out.stderr);
  t.match(last('b'), { verdict: 'held' }, out.stderr);
  t.equal(last('a')?.seed, last('b')?.seed, 'both arms met the same users');
  for (const [index, ns] of [without, with_].entries()) {
    const now = await podsOf(ns);
    t.ok(
      [...now].filter(Boolean).every((name) => !before[index]?.has(name)),
      'every pod is a new one',
    );
    t.equal(await kubectl('get', 'fault', '-n', ns, '-o', 'name'), '', 'no fault is left');
  }
});
