import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { fakeApi } from './fake-api.ts';

const bin = fileURLToPath(new URL('../../../runner/bin/pado', import.meta.url));

const experiment = `title: Slow
description: For a test.
steady-state-hypothesis:
  title: Fine
  probes:
    - {type: probe, name: up, tolerance: 1, provider: {type: prometheus, query: up}}
method:
  - type: action
    name: slow payments
    provider:
      type: fault
      spec:
        target: {selector: {matchLabels: {app.kubernetes.io/name: payments}}}
        ttl: 60s
        effects: [{kind: latency, direction: inbound, delay: 1s}]
    pauses: {after: 30}
extensions: [{name: pado, warmup: 0s, baseline: 1s, recovery: 1s}]
`;

/** Whatever is asked, the answer is 1. */
async function store(t: Test): Promise<string> {
  const server = createServer((_, response) => {
    const result = [{ metric: {}, value: [0, '1'] }];
    response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A run whose fault is in force. */
async function bitten(t: Test) {
  const api = await fakeApi(t);
  api.injectedPod('payments');
  const folder = t.testdir({ 'slow.yaml': experiment, '.pado': {} });
  const line = ['run', 'slow.yaml', '--kubernetes', '--load', 'none', '--prometheus', await store(t)];
  const child = spawn('sh', [bin, ...line], {
    cwd: folder,
    env: { ...process.env, KUBECONFIG: api.kubeconfig },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  t.teardown(() => void child.kill('SIGKILL'));
  const isCreation = ({ method, path, query }: { method: string; path: string; query: URLSearchParams }) =>
    method === 'POST' && path.endsWith('/faults') && !query.has('dryRun');
  const created = await Promise.race([api.until(isCreation), once(child, 'exit').then(() => undefined)]);
  if (created === undefined) throw new Error(`the run ended early: ${stderr}`);
  api.report('slow-payments', [
    { state: 'armed', evidence: [{ index: 0, kind: 'latency', matched: 4, applied: 4, cut: 0 }] },
  ]);
  await api.until(({ method, path }) => method === 'PUT' && path.includes('/leases/'));
  return { api, child, stderr: () => stderr };
}

t.test('a run that is killed leaves a fault whose lease nobody renews', async (t) => {
  const { api, child } = await bitten(t);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const { spec } = api.fault('slow-payments');
  t.match(spec, { leaseName: /^run-/ });
  t.notOk(spec.stopped);
  const lease = api.objects.get(`/apis/coordination.k8s.io/v1/namespaces/shop/leases/${spec.leaseName}`);
  t.equal(lease.spec.leaseDurationSeconds, 4, 'agents end it after that');
  // A request that was on its way when the process died may still come in.
  await sleep(100);
  const renewals = api.seen.filter(({ method }) => method === 'PUT').length;
  await sleep(1_500);
  t.equal(api.seen.filter(({ method }) => method === 'PUT').length, renewals);
});

t.test('Ctrl-C reverts the fault, and leaves neither fault nor lease', async (t) => {
  const { api, child, stderr } = await bitten(t);
  const left = once(child, 'exit');
  child.kill('SIGINT');
  await api.until(({ method }) => method === 'PATCH');
  t.match(api.fault('slow-payments').spec, { stopped: true });
  api.report('slow-payments', [{ state: 'ended', recovered: true }], { endReason: 'stopped' });
  const [exitCode] = await left;
  t.equal(exitCode, 130, stderr());
  t.equal(api.fault('slow-payments'), undefined);
  t.notOk([...api.objects.keys()].some((path) => path.includes('/leases/')));
});
