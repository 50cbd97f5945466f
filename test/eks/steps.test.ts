import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { cliOf } from '../../runner/src/eks/cli.ts';
import { readClusterFile } from '../../runner/src/eks/cluster-file.ts';
import type { Context } from '../../runner/src/eks/context.ts';
import { runSteps } from '../../runner/src/eks/run-steps.ts';
import { cluster as clusterStep } from '../../runner/src/eks/steps/cluster.ts';
import { stepsOf } from '../../runner/src/eks/steps/index.ts';
import { templateText } from './commands.ts';
import { emptyWorld, reply, type World } from './world.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

async function contextOf(t: Test, world: World, file = 'eks.yml'): Promise<Context & { calls: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'pado-eks-steps-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'template.yaml'), templateText);
  const calls: string[] = [];
  const cli = cliOf(async (tool, ...args) => {
    calls.push([tool, ...args].join(' '));
    return reply(world, tool, args);
  });
  return {
    ...{ cli, calls, root, cluster: await readClusterFile(join(root, file)), image: 'registry:5000/pado:0.1.0' },
    ...{ kubeconfig: join(folder, 'kubeconfig'), template: join(folder, 'template.yaml'), progress: () => {} },
    signal: new AbortController().signal,
  };
}

/** What a step is made to fail at; node groups, add-ons and the runner's identity come with the cluster at first. */
const failures = {
  'karpenter-stack': 'aws cloudformation deploy',
  cluster: 'eksctl create cluster',
  'node-groups': 'eksctl create nodegroup',
  addons: 'eksctl create addon',
  'runner-identity': 'eksctl create podidentityassociation -f',
  kubeconfig: 'aws eks update-kubeconfig',
  'node-access': 'aws eks create-access-entry',
  'karpenter-identity': 'eksctl create podidentityassociation --cluster',
  karpenter: 'helm upgrade --install karpenter ',
  'node-pools': 'helm upgrade --install karpenter-nodes',
  observers: 'helm upgrade --install kube-prometheus-stack',
  agent: 'helm upgrade --install pado',
  shop: 'helm upgrade --install shop',
};

t.test('every step can fail, and the next run begins with it and ends well', async (t) => {
  const steps = stepsOf('nodes', true);
  t.same(
    steps.map(({ name }) => name),
    Object.keys(failures),
  );
  for (const [name, failOn] of Object.entries(failures)) {
    const context = await contextOf(t, emptyWorld('pado', { failOn }));
    await t.rejects(runSteps(steps, context), { code: 'ERR_PADO_PROVIDER' }, name);
    const acted = await runSteps(steps, context);
    const later = steps.slice(steps.findIndex((step) => step.name === name)).map((step) => step.name);
    t.same(
      acted.filter((step) => step !== 'kubeconfig'),
      later.filter((step) => step !== 'kubeconfig'),
      name,
    );
    for (const step of steps.filter((one) => one.name !== 'kubeconfig')) t.ok(await step.isDone(context), step.name);
  }
});

t.test(
  'Fargate gets no Karpenter, no observers and the agent as a Deployment; Auto Mode gets its own pools',
  async (t) => {
    const fargate = await contextOf(t, emptyWorld('pado-fargate'), 'eks-fargate.yml');
    await runSteps(stepsOf('fargate', true), fargate);
    t.notOk(fargate.calls.some((call) => /arpenter (oci|upgrade)|kube-prometheus-stack/.test(call)));
    t.ok(fargate.calls.some((call) => /--install pado .*values-agent-fargate\.yaml/.test(call)));
    const auto = await contextOf(t, emptyWorld('pado-auto'), 'eks-auto.yml');
    await runSteps(stepsOf('auto', false), auto);
    t.ok(auto.calls.some((call) => /--install karpenter-nodes .*values-auto\.yaml .*clusterName=pado-auto/.test(call)));
    t.notOk(auto.calls.some((call) => /cloudformation deploy|--install (karpenter|pado|shop) /.test(call)));
  },
);

t.test('a cluster that is being made is waited for; one that failed is not built upon', async (t) => {
  const making = await contextOf(t, emptyWorld('pado', { cluster: 'CREATING' }));
  await clusterStep.act(making);
  t.ok(making.calls.some((call) => call.startsWith('aws eks wait cluster-active')));
  for (const world of [
    emptyWorld('pado', { cluster: 'FAILED' }),
    emptyWorld('pado', { stacks: { 'eksctl-pado-cluster': 'ROLLBACK_COMPLETE' } }),
  ]) {
    const context = await contextOf(t, world);
    await t.rejects(clusterStep.act(context), { code: 'ERR_PADO_CONFLICT' });
    t.notOk(context.calls.some((call) => call.startsWith('eksctl')));
  }
});

t.test("a failed stack of Karpenter's is deleted before it is made anew", async (t) => {
  const context = await contextOf(t, emptyWorld('pado', { stacks: { 'Karpenter-pado': 'ROLLBACK_COMPLETE' } }));
  await runSteps(stepsOf('nodes', false).slice(0, 1), context);
  const [deletion, deployment] = ['delete-stack', 'deploy'].map((word) =>
    context.calls.findIndex((call) => call.includes(` ${word} `)),
  );
  t.ok(deletion! >= 0 && deletion! < deployment!);
});
