import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { writeCalibration } from '../../../runner/src/bench/calibration.ts';
import type { BenchRun, BenchSummary } from '../../../runner/src/bench/contracts.ts';
import { checkout, project } from '../../helpers/pado.ts';

t.setTimeout(240_000);
const fixtures = join(checkout, 'test/fixtures/bench');
const server = join(fixtures, 'server.mjs');

async function experiment(t: Test, load: string) {
  const place = await project(t);
  await writeCalibration(join(place.folder, '.pado'), 600, new Date());
  const file = join(place.folder, 'own.yaml');
  await writeFile(
    file,
    `
title: My own server is slow
description: a fault in a program that knows nothing of it
configuration: {slow_seconds: 3}
steady-state-hypothesis:
  title: Users come
  probes:
    - type: probe
      name: requests
      tolerance: {type: compare, comparator: '>', value: 1}
      provider: {type: prometheus, query: 'sum(rate(k6_http_reqs_total[$__range]))', window: [before]}
method:
  - type: action
    name: slow
    provider:
      type: fault
      wait: ended
      spec:
        target: {selector: {matchLabels: {app.kubernetes.io/name: app}}}
        ttl: \${slow_seconds}s
        effects: [{kind: latency, direction: inbound, delay: 500ms}]
extensions:
  - {name: pado, load: {script: ${load}, env: {PATIENCE: 0.3}}, warmup: 5s, baseline: 3s, recovery: 2s, observe: 3s}
`,
  );
  return { ...place, file };
}

t.test("a program of one's own is an arm: fresh for each run, hit by the fault, gone afterwards", async (t) => {
  const { pado, file, isUp } = await experiment(t, join(fixtures, 'load.ts'));
  const a = `command: node ${server}`;
  const b = `command: env ANSWER=fixed node ${server}`;
  const { exitCode, stdout, stderr } = await pado('bench', file, '--a', a, '--b', b, '--quick', '--json');
  t.equal(exitCode, 0, stderr);
  const summary = JSON.parse(stdout) as BenchSummary & { files: { json: string } };
  t.match(summary, { a, b, claim: 'none' });
  const { runs } = JSON.parse(await readFile(summary.files.json, 'utf8')) as { runs: readonly BenchRun[] };
  t.equal(runs.length, 2);
  for (const { metrics, bins, times } of runs) {
    t.equal(metrics.g0, 1, 'all is well before');
    const during = bins.filter(
      ({ second }) => second >= 0 && second < Math.floor((times.revertMs - times.injectMs) / 1_000),
    );
    t.ok(during.length >= 2);
    t.ok(
      during.every(({ bad }) => bad > 0),
      'every second of the fault has users who did not wait for it',
    );
    t.ok(metrics.sloLossSeconds > 1);
    t.equal(metrics.cpuMsPerRequest ?? 0, 0, 'what the program does not export is not made up');
  }
  t.notOk(isUp());
});

t.test('a program that dies is named, with the end of its log', async (t) => {
  const { pado, file, isUp } = await experiment(t, join(fixtures, 'load.ts'));
  const broken = `command: env BROKEN=1 node ${server}`;
  const { exitCode, stderr } = await pado('bench', file, '--a', broken, '--b', broken, '--quick');
  t.equal(exitCode, 5);
  t.match(stderr, /app has ended[\s\S]*no licence key/);
  t.notOk(isUp());
});

t.test('a load that says nothing of its users is refused with the remedy', async (t) => {
  const { pado, file } = await experiment(t, join(checkout, 'test/fixtures/tiny-load.ts'));
  const { exitCode, stderr } = await pado(
    'bench',
    file,
    '--a',
    `command: node ${server}`,
    '--b',
    `command: node ${server}`,
    '--quick',
  );
  t.equal(exitCode, 2);
  t.match(stderr, /writes no line for each user[\s\S]*load\/cascade\.ts/);
});
