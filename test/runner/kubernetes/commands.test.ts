import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { run } from '../../../runner/src/cli/run.ts';
import { readSettings } from '../../../runner/src/cli/settings.ts';
import { commands } from '../../../runner/src/commands/index.ts';
import { type FakeApi, fakeApi } from './fake-api.ts';

const fault = {
  apiVersion: 'pado.dev/v1alpha1',
  kind: 'Fault',
  metadata: { name: 'slow' },
  spec: {
    target: { selector: { matchLabels: { 'app.kubernetes.io/name': 'payments' } } },
    ttl: '60s',
    effects: [{ kind: 'latency', direction: 'inbound', delay: '1s' }],
  },
};
const faultPath = '/apis/pado.dev/v1alpha1/namespaces/shop/faults/slow';
const limitsPath = '/api/v1/namespaces/pado/configmaps/pado-limits';

async function pado(t: Test, { kubeconfig }: FakeApi, ...line: string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'pado-commands-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'fault.json'), JSON.stringify(fault));
  const settings = {
    ...readSettings(),
    environment: { KUBECONFIG: kubeconfig },
    workingDirectory: folder,
    project: folder,
  };
  let out = '';
  let err = '';
  const streams = { out: (text: string) => (out += text), err: (text: string) => (err += text) };
  const exitCode = await run(commands, [...line, '--json'], settings, streams);
  return { exitCode, ...JSON.parse(out), stderr: err };
}

const ended = { state: 'ended', recovered: true } as const;

t.test('fault apply, list and clear', async (t) => {
  const api = await fakeApi(t);
  api.injectedPod('payments');
  const applied = pado(t, api, 'fault', 'apply', '--kubernetes', '-f', 'fault.json');
  await api.until(({ method }) => method === 'POST');
  api.report('slow', [{ state: 'armed', container: 'app' }]);
  t.match(await applied, { exitCode: 0, items: [{ name: 'slow', targets: [{ target: 'payments-1/app-7' }] }] });
  t.match(await pado(t, api, 'fault', 'list', '--kubernetes'), { namespace: 'shop', items: [{ phase: 'Injected' }] });
  const cleared = pado(t, api, 'fault', 'clear', '--kubernetes');
  await api.until(({ method }) => method === 'PATCH');
  t.ok(api.objects.has(faultPath), 'it is kept until it is reverted');
  api.report('slow', [ended], { endReason: 'stopped' });
  t.match(await cleared, { exitCode: 0, cleared: ['slow'] });
  t.notOk(api.objects.has(faultPath));
});

t.test('fault apply without a target', async (t) => {
  const api = await fakeApi(t);
  const applied = pado(t, api, 'fault', 'apply', '--kubernetes', '-f', 'fault.json');
  await api.until(({ method }) => method === 'POST');
  api.report('slow', [], { refusal: 'effects of kind latency are forbidden in the namespace shop' });
  t.match(await applied, {
    exitCode: 5,
    error: { code: 'ERR_PADO_REFUSED', message: /forbidden in the namespace shop/ },
  });
});

t.test('a fault of another namespace than the one asked for', async (t) => {
  const api = await fakeApi(t);
  const folder = t.testdir({ f: JSON.stringify({ ...fault, metadata: { name: 'slow', namespace: 'a' } }) });
  const line = ['fault', 'apply', '--kubernetes', '--namespace', 'b', '-f', `${folder}/f`];
  t.match(await pado(t, api, ...line), { exitCode: 2, error: { message: /names the namespace a/ } });
});

t.test('the lever stops what is in force, and tells what it was', async (t) => {
  const api = await fakeApi(t);
  api.put(limitsPath, { metadata: { name: 'pado-limits' }, data: { maxTargets: '3' } });
  api.put(faultPath, { ...fault, metadata: { name: 'slow', namespace: 'shop' } });
  api.report('slow', [{ state: 'armed' }]);
  t.match(await pado(t, api, 'lever', 'status'), { lever: 'disengaged' });
  const engaged = pado(t, api, 'lever', 'engage');
  await api.until(({ method, path }) => method === 'GET' && path === '/apis/pado.dev/v1alpha1/faults');
  t.same(api.objects.get(limitsPath).data, { maxTargets: '3', safetyLever: 'engaged' });
  api.report('slow', [ended], { endReason: 'lever' });
  t.match(await engaged, { exitCode: 0, lever: 'engaged', stopped: ['shop/slow'] });
  t.match(await pado(t, api, 'lever', 'disengage'), { lever: 'disengaged' });
  t.equal(api.objects.get(limitsPath).data.safetyLever, 'disengaged');
});

t.test('a lever that is not there', async (t) => {
  const api = await fakeApi(t);
  t.match(await pado(t, api, 'lever', 'engage', '--agent-namespace', 'chaos'), {
    exitCode: 2,
    error: { code: 'ERR_PADO_NOT_FOUND', message: /pado-limits in the namespace chaos.*helm install/ },
  });
});

t.test('status tells what it may see, and what it may not', async (t) => {
  const api = await fakeApi(t);
  api.injectedPod('payments');
  api.put(limitsPath, { metadata: { name: 'pado-limits' }, data: { safetyLever: 'engaged' } });
  api.put('/api/v1/namespaces/pado/pods/pado-agent-x', {
    metadata: { name: 'pado-agent-x', labels: { 'app.kubernetes.io/name': 'pado-agent' } },
    spec: { nodeName: 'n1', containers: [] },
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  });
  const policies = { metadata: { name: 'p', labels: { 'app.kubernetes.io/component': 'policies' } } };
  api.put('/api/v1/namespaces/shop/configmaps/p', { ...policies, data: { 'policies.json': '{"preset":"standard"}' } });
  t.match(await pado(t, api, 'status', '--kubernetes'), {
    exitCode: 0,
    agents: [{ node: 'n1', ready: true }],
    lever: 'engaged',
    policies: 'standard',
    targets: [{ name: 'payments', pod: 'payments-1', ready: true }],
    faults: [],
  });
  api.refuseBy(({ path }) =>
    path.includes('/namespaces/pado/')
      ? { status: 403, body: { message: 'u cannot list resource "pods"' } }
      : undefined,
  );
  t.match(await pado(t, api, 'status', '--kubernetes'), { exitCode: 0, agents: null, lever: null, targets: [{}] });
});
