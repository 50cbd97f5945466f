import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultReport } from '@pado/fault';
import t from 'tap';
import type { Journal } from '../../../runner/src/contracts.ts';
import { connect } from '../../../runner/src/kubernetes/connect.ts';
import { forward } from '../../../runner/src/kubernetes/port-forward.ts';
import { findService } from '../../../runner/src/kubernetes/service.ts';
import { chartFolder, template } from '../../helpers/helm-template.ts';
import { checkout } from '../../helpers/pado.ts';
import { apply, helm, kubectl, kubectlJson, namespace } from '../helpers/cluster.ts';
import { agentNamespace, image, imageValues } from '../helpers/targets.ts';

/** A load that two busy cores bear, and a fault that none of its checkouts can miss. */
const experiment = `title: Payments answer two seconds late, under a small load
description: For a test.
steady-state-hypothesis:
  title: Checkout stays under 1.9 s
  probes:
    - type: probe
      name: fastest checkouts
      tolerance: {type: compare, comparator: '<', value: 1.9}
      provider:
        type: prometheus
        query: histogram_quantile(0.5, sum(increase(k6_shop_checkout_duration_seconds[$__range])))
        unit: s
    - {type: probe, name: requests, tolerance: {type: compare, comparator: '>=', value: 10}, provider: {type: k6, metric: http_reqs}}
method:
  - type: action
    name: slow payments
    provider:
      type: fault
      spec:
        target: {selector: {matchLabels: {app.kubernetes.io/name: payments}}}
        ttl: 60s
        effects: [{kind: latency, direction: inbound, match: {method: [POST], path: /charges}, delay: 2s}]
    pauses: {after: 10}
extensions:
  - name: pado
    load: {script: LOAD, env: {BROWSE_RATE: 2, CHECKOUT_RATE: 2}}
    warmup: 5s
    baseline: 5s
    recovery: 10s
`;

// One shop for all of them: they run in their order.
t.setTimeout(1_200_000);
const ns = await namespace(t, 'pado-runner');
const folder = await mkdtemp(join(tmpdir(), 'pado-runner-'));
t.teardown(() => rm(folder, { recursive: true, force: true }));
await writeFile(join(folder, 'package.json'), '{}');
await writeFile(join(folder, 'slow.yaml'), experiment.replace('LOAD', join(checkout, 'load/shop.ts')));

/** `pado run` against the test's shop. */
function start(...options: string[]): { child: ChildProcess; stderr: () => string; ended: Promise<number | null> } {
  const line = ['run', 'slow.yaml', '--kubernetes', '--namespace', ns, ...options];
  const child = spawn('sh', [join(checkout, 'runner/bin/pado'), ...line], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return { child, stderr: () => stderr, ended: once(child, 'close').then(([code]) => code as number | null) };
}

async function lastJournal(): Promise<Journal> {
  const runs = join(folder, '.pado/runs');
  const last = (await readdir(runs)).sort().at(-1) ?? '';
  return JSON.parse(await readFile(join(runs, last, 'journal.json'), 'utf8')) as Journal;
}

/** What a run makes in the namespace. */
const left = () => kubectl('get', 'fault,job,lease', '-n', ns, '-o', 'name');

await helm(
  ...['install', 'shop', chartFolder('shop'), '-n', ns, '--wait', '--timeout', '8m'],
  ...['--set', `${imageValues},injection.agentNamespace=${agentNamespace}`],
  ...['--set', 'prometheus.enabled=true,defaults.resources.requests.cpu=10m'],
);

for (const load of ['local', 'job']) {
  t.test(`an experiment with its load as ${load}`, async (t) => {
    const { ended, stderr } = start('--load', load);
    t.equal(await ended, 1, stderr());
    const { pado } = await lastJournal();
    t.match(pado, {
      verdict: 'deviated',
      policies: 'naive',
      faults: [{ name: 'slow-payments', phase: 'Ended', endReason: 'stopped' }],
    });
    t.ok((pado.faults[0]?.evidence[0]?.applied ?? 0) > 0, 'it was applied');
    t.ok((pado.load?.requests ?? 0) >= 10, 'the summary of k6 was read');
    t.equal(await left(), '', 'nothing is left');
  });
}

t.test('faults of a runner that is killed end by its lease', async (t) => {
  const { child, ended, stderr } = start();
  while (!stderr().includes('is being applied')) {
    if (child.exitCode !== null) throw new Error(`the run ended early: ${stderr()}`);
    await sleep(100);
  }
  child.kill('SIGKILL');
  const killedMs = performance.now();
  await ended;
  const reasons = async () =>
    (await kubectlJson<{ items: FaultReport[] }>('get', 'faultreports', '-n', ns)).items.flatMap(
      ({ endReason, targets }) =>
        endReason !== undefined && targets.every(({ recovered }) => recovered) ? endReason : [],
    );
  while ((await reasons()).length === 0 && performance.now() - killedMs < 60_000) await sleep(100);
  t.same(await reasons(), ['lease']);
  t.comment(`${Math.round(performance.now() - killedMs)} ms from SIGKILL until the agent has reported the revert`);
  await kubectl('delete', 'fault,lease', '--all', '-n', ns);
});

t.test('a port-forward goes on when the pod behind it is gone', async (t) => {
  const client = connect({ environment: process.env, context: undefined, namespace: ns });
  const notes: string[] = [];
  const service = await findService(client, [{ namespace: ns, name: 'catalog' }], '');
  using one = await forward(client, service, { note: (text) => notes.push(text) });
  const ask = () =>
    fetch(`${one.url}/healthz`, { signal: AbortSignal.timeout(15_000) }).then(
      ({ ok }) => ok,
      () => false,
    );
  t.ok(await ask());
  await kubectl('delete', 'pod', '-n', ns, '-l', 'app.kubernetes.io/name=catalog', '--wait');
  const deadline = performance.now() + 120_000;
  while (!(await ask()) && performance.now() < deadline) await sleep(200);
  t.ok(await ask());
  t.match(notes.join('\n'), new RegExp(`the port-forward to ${ns}/catalog goes on with the pod catalog-`));
  client.close();
});

t.test('as a Job inside the cluster, with the rights of the chart alone', async (t) => {
  const role = await template(
    'agent',
    '-n',
    agentNamespace,
    '--set',
    `runner.create=true,runner.namespace=${ns}`,
    '-s',
    'templates/rbac/runner.yaml',
  );
  await apply(role);
  await apply({
    ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'experiment', namespace: ns } },
    data: { 'slow.yaml': experiment.replace('LOAD', '/app/load/shop.ts') },
  });
  const containerSecurity = {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  };
  await apply({
    ...{ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'run', namespace: ns } },
    spec: {
      backoffLimit: 0,
      template: {
        spec: {
          serviceAccountName: 'pado-runner',
          automountServiceAccountToken: true,
          restartPolicy: 'Never',
          securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              ...{ name: 'run', image, imagePullPolicy: 'IfNotPresent', workingDir: '/work' },
              command: ['node', '/app/runner/src/main.ts', 'run', '/experiment/slow.yaml', '--kubernetes', '--json'],
              securityContext: containerSecurity,
              volumeMounts: [
                { name: 'work', mountPath: '/work' },
                { name: 'experiment', mountPath: '/experiment' },
              ],
            },
          ],
          volumes: [
            { name: 'work', emptyDir: {} },
            { name: 'experiment', configMap: { name: 'experiment' } },
          ],
        },
      },
    },
  });
  interface Ran {
    items: { status: { containerStatuses?: { state: { terminated?: { exitCode: number } } }[] } }[];
  }
  const exitCode = async () =>
    (await kubectlJson<Ran>('get', 'pods', '-n', ns, '-l', 'job-name=run')).items[0]?.status.containerStatuses?.[0]
      ?.state.terminated?.exitCode;
  const deadline = performance.now() + 240_000;
  while ((await exitCode()) === undefined && performance.now() < deadline) await sleep(500);
  const log = await kubectl('logs', '-n', ns, 'job/run');
  t.equal(await exitCode(), 1, log);
  t.match(log, /"verdict": "deviated"/);
  await kubectl('delete', 'job', 'run', '-n', ns);
  t.equal(await left(), '', 'nothing is left');
});

t.test('the same experiment holds with the fix, which is switched while the same pods run', async (t) => {
  await helm('upgrade', 'shop', chartFolder('shop'), '-n', ns, '--reuse-values', '--set', 'policies.preset=standard');
  // The kubelet looks at a pod that changes at once.
  await kubectl(
    'annotate',
    'pods',
    '-n',
    ns,
    '-l',
    'app.kubernetes.io/component=service',
    'pado.dev/policies=standard',
  );
  const client = connect({ environment: process.env, context: undefined, namespace: ns });
  t.teardown(() => client.close());
  const service = await findService(client, [{ namespace: ns, name: 'orders' }], '');
  using orders = await forward(client, service, { note: () => {} });
  const isInForce = async () =>
    /resilience_policy_info\{preset="standard"/.test(await (await fetch(`${orders.url}/metrics`)).text());
  const deadline = performance.now() + 120_000;
  while (!(await isInForce()) && performance.now() < deadline) await sleep(500);
  const { ended, stderr } = start();
  t.equal(await ended, 0, stderr());
  const { pado } = await lastJournal();
  t.match(pado, { verdict: 'held', policies: 'standard', faults: [{ name: 'slow-payments', phase: 'Ended' }] });
  t.ok((pado.faults[0]?.evidence[0]?.applied ?? 0) > 0, 'it was applied, and nobody waited for it');
});
