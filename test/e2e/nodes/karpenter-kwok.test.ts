// Karpenter itself, with its kwok provider: nodes are objects without a machine, and no kubelet runs their pods.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { connect } from '../../../runner/src/kubernetes/connect.ts';
import { kubernetesProvider } from '../../../runner/src/providers/kubernetes/provider.ts';
import { apply, kubectl, kubectlJson, namespace } from '../helpers/cluster.ts';
import { until } from '../helpers/targets.ts';

/** The program, and the folder of the module's sources, which holds the CRDs that it goes with. */
const { PADO_E2E_KARPENTER: program, PADO_E2E_KARPENTER_SOURCES: sources = '' } = process.env;
const skip =
  program === undefined
    ? { skip: 'no Karpenter with the provider kwok: set PADO_E2E_KARPENTER and PADO_E2E_KARPENTER_SOURCES' }
    : {};
const pool = 'pado-kwok';
const labels = { app: 'held' };

interface Node {
  readonly metadata: {
    readonly name: string;
    readonly deletionTimestamp?: string;
    readonly finalizers?: readonly string[];
  };
}
interface Claim {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly status?: { readonly nodeName?: string };
}
interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName?: string };
}
const list = async <T>(kind: string, ...args: string[]) =>
  (await kubectlJson<{ items: T[] }>('get', kind, ...args)).items;
const nodes = () => list<Node>('nodes', '-l', `karpenter.sh/nodepool=${pool}`);
const claims = () => list<Claim>('nodeclaims.karpenter.sh', '-l', `karpenter.sh/nodepool=${pool}`);

function startKarpenter(t: Test): ChildProcess {
  const child = spawn(program ?? '', [], {
    env: {
      ...process.env,
      ...{ DISABLE_LEADER_ELECTION: 'true', SYSTEM_NAMESPACE: 'kube-system', KUBERNETES_MIN_VERSION: '1.19.0-0' },
      ...{ METRICS_PORT: '18080', HEALTH_PROBE_PORT: '18081', LOG_LEVEL: 'info' },
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.once('error', (error) => {
    log += error.message;
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log = `${log}${text}`.slice(-20_000);
    });
  }
  t.teardown(async () => {
    if (!t.passing()) t.comment(log);
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  });
  return child;
}

/** What a kubelet would say of its node: that it is there. Until the signal aborts. */
async function sayReady(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const now = new Date().toISOString();
    const condition = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: '', lastHeartbeatTime: now };
    const patch = JSON.stringify({ status: { conditions: [{ ...condition, lastTransitionTime: now }] } });
    // What fails is said again in two seconds.
    const all = await nodes().catch(() => []);
    for (const { metadata } of all)
      await kubectl('patch', 'node', metadata.name, '--subresource=status', '--type=strategic', '-p', patch).catch(
        () => {},
      );
    await sleep(2_000, undefined, { signal }).catch(() => {});
  }
}

t.setTimeout(300_000);
t.test('a node that is deleted is drained by its finalizer and replaced', skip, async (t) => {
  const ns = await namespace(t, 'pado-karpenter');
  const crds = [join(sources, 'kwok/charts/crds'), join(sources, 'kwok/apis/crds')];
  for (const folder of crds) {
    for (const file of (await readdir(folder)).filter((name) => name.endsWith('.yaml'))) {
      await kubectl('apply', '--server-side', '--force-conflicts', '-f', join(folder, file));
      await kubectl('wait', '--for=condition=Established', '--timeout=60s', '-f', join(folder, file));
    }
  }
  const karpenter = startKarpenter(t);
  const stop = new AbortController();
  const ready = sayReady(stop.signal);
  t.teardown(async () => {
    await kubectl('delete', 'deployment', '--all', '-n', ns);
    await kubectl('delete', 'nodepool.karpenter.sh', pool, '--ignore-not-found', '--wait=false');
    await until('no node is left', nodes, ({ length }) => length === 0, 60_000);
    stop.abort();
    await ready;
  });
  await apply({ apiVersion: 'karpenter.kwok.sh/v1alpha1', kind: 'KWOKNodeClass', metadata: { name: pool } });
  await apply({
    ...{ apiVersion: 'karpenter.sh/v1', kind: 'NodePool', metadata: { name: pool } },
    spec: {
      template: {
        // As charts/karpenter-nodes has it.
        metadata: { labels: { 'pado.dev/role': 'kwok', 'pado.dev/allow': 'true' } },
        spec: {
          nodeClassRef: { group: 'karpenter.kwok.sh', kind: 'KWOKNodeClass', name: pool },
          expireAfter: 'Never',
          terminationGracePeriod: '30s',
          requirements: [
            { key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] },
            { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
            { key: 'karpenter.sh/capacity-type', operator: 'In', values: ['on-demand'] },
          ],
        },
      },
      disruption: { consolidationPolicy: 'WhenEmpty', consolidateAfter: '5m', budgets: [{ nodes: '0' }] },
      limits: { cpu: '16' },
    },
  });
  await apply({
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'held', namespace: ns } },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          // Nobody is there who could end them in peace.
          terminationGracePeriodSeconds: 0,
          nodeSelector: { 'karpenter.sh/nodepool': pool },
          // One node each, so that one of them stays.
          topologySpreadConstraints: [
            {
              ...{ maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'DoNotSchedule' },
              labelSelector: { matchLabels: labels },
            },
          ],
          securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              ...{ name: 'app', image: 'none', resources: { requests: { cpu: '500m' } } },
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
            },
          ],
        },
      },
    },
  });
  const pods = () => list<Pod>('pods', '-n', ns);
  let victim = '';
  const isPlaced = (all: readonly Pod[]) =>
    all.length === 2 &&
    all.every(
      ({ metadata, spec }) =>
        metadata.deletionTimestamp === undefined && spec.nodeName !== undefined && spec.nodeName !== victim,
    );
  await until('both pods have a node', pods, isPlaced, 120_000);
  t.equal(karpenter.exitCode, null, 'Karpenter runs');
  const before = { nodes: await nodes(), claims: await claims(), pods: await pods() };
  t.equal(before.nodes.length, 2, 'a node each');
  t.ok(
    before.nodes.every(({ metadata }) => metadata.finalizers?.includes('karpenter.sh/termination')),
    'held by its finalizer',
  );

  const client = connect({ environment: process.env, context: undefined, namespace: ns });
  t.teardown(() => client.close());
  const notes: string[] = [];
  const whereabouts = { environment: {}, read: () => undefined };
  const { act } = kubernetesProvider(client, { note: (text) => notes.push(text), whereabouts });
  const action = {
    type: 'kubernetes',
    action: 'delete-node',
    labels: { 'pado.dev/role': 'kwok' },
    // Here is none.
    guards: { unchecked: ['prometheus' as const] },
  } as const;
  const startedAt = Date.now();
  const { output } = await act(action, new AbortController().signal);
  victim = (output as { nodes: string[] }).nodes[0] ?? '';
  t.match(notes, [new RegExp(`blast radius of delete-node: ${victim} .*1 of 2 \\(50%\\) that carry`)]);

  const after = await until(
    'a claim that was not there before, with its node',
    claims,
    (all) =>
      all.some(
        ({ metadata, status }) =>
          status?.nodeName !== undefined && !before.claims.some((one) => one.metadata.name === metadata.name),
      ),
    60_000,
  );
  t.comment(`a replacement was claimed ${((Date.now() - startedAt) / 1_000).toFixed(1)} s after the node was deleted`);
  t.ok(after.length >= 2);
  await until('the node is gone', nodes, (all) => all.every(({ metadata }) => metadata.name !== victim), 60_000);
  const placed = await until('both pods have a node again', pods, isPlaced, 60_000);
  t.ok(
    placed.every(({ spec }) => spec.nodeName !== victim),
    'elsewhere',
  );
  const stayed = before.pods.find(({ spec }) => spec.nodeName !== victim);
  t.ok(
    placed.some(({ metadata }) => metadata.name === stayed?.metadata.name),
    'the pod on the other node was left in peace',
  );
  await until('as many claims as before', claims, ({ length }) => length === 2, 60_000);
});
