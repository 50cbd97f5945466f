import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { cliOf } from '../../runner/src/eks/cli.ts';
import { readClusterFile } from '../../runner/src/eks/cluster-file.ts';
import type { Context } from '../../runner/src/eks/context.ts';
import { runSteps } from '../../runner/src/eks/run-steps.ts';
import { clusterStacks } from '../../runner/src/eks/stacks.ts';
import { cluster as clusterStep } from '../../runner/src/eks/steps/cluster.ts';
import { stepsOf } from '../../runner/src/eks/steps/index.ts';
import { addons, fargateProfiles, nodeGroups } from '../../runner/src/eks/steps/parts.ts';
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

t.test('a part that is being made is waited for, not made again', async (t) => {
  const world = emptyWorld('pado', { nodegroups: { system: 'CREATING' } });
  const context = await contextOf(t, world);
  t.notOk(await nodeGroups.isDone(context));
  await nodeGroups.act(context);
  t.ok(context.calls.some((call) => /^aws eks wait nodegroup-active .*--nodegroup-name system /.test(call)));
  t.notOk(context.calls.some((call) => call.startsWith('eksctl')));
  t.ok(await nodeGroups.isDone(context));
});

t.test('a part that is being deleted is made anew when it is gone', async (t) => {
  const context = await contextOf(t, emptyWorld('pado', { nodegroups: { system: 'DELETING' } }));
  await nodeGroups.act(context);
  const order = ['aws eks wait nodegroup-deleted', 'eksctl create nodegroup'].map((start) =>
    context.calls.findIndex((call) => call.startsWith(start)),
  );
  t.ok(order[0]! >= 0 && order[0]! < order[1]!);
  t.ok(await nodeGroups.isDone(context));
});

t.test('a part that failed is an error that names it and what to do, and nothing is built upon it', async (t) => {
  const cases = [
    [
      nodeGroups,
      'eks.yml',
      { nodegroups: { system: 'CREATE_FAILED' } },
      /node group system is CREATE_FAILED/,
      'nodegroup',
    ],
    [nodeGroups, 'eks.yml', { nodegroups: { system: 'DEGRADED' } }, /node group system is DEGRADED/, 'nodegroup'],
    [
      ...([fargateProfiles, 'eks-fargate.yml', { fargateProfiles: { shop: 'CREATE_FAILED' } }] as const),
      ...([/Fargate profile shop is CREATE_FAILED/, 'fargateprofile'] as const),
    ],
    [addons, 'eks.yml', { addons: { coredns: 'UPDATE_FAILED' } }, /add-on coredns is UPDATE_FAILED/, 'addon'],
  ] as const;
  for (const [step, file, change, message, word] of cases) {
    const context = await contextOf(t, emptyWorld('pado', change), file);
    const { name, region } = context.cluster;
    t.notOk(await step.isDone(context), String(message));
    const error = await step.act(context).catch((cause: unknown) => cause as Error & { code: string });
    t.match(error, { code: 'ERR_PADO_CONFLICT', message });
    t.match(error?.message, `eksctl delete ${word} --cluster ${name} --region ${region} --name `);
    t.match(error?.message, /then eks:up/);
    t.notOk(context.calls.some((call) => call.startsWith('eksctl')));
  }
});

t.test('a part that fails while it is waited for, or that eksctl passes over, is an error too', async (t) => {
  const failing = emptyWorld('pado', { nodegroups: { system: 'CREATING' }, partsBecome: 'CREATE_FAILED' });
  await t.rejects(nodeGroups.act(await contextOf(t, failing)), { message: /system is CREATE_FAILED/ });
  const slow = emptyWorld('pado', { nodegroups: { system: 'CREATING' }, partsBecome: 'CREATING' });
  await t.rejects(nodeGroups.act(await contextOf(t, slow)), { message: /system is still CREATING: run eks:up again/ });
  const context = await contextOf(t, emptyWorld());
  const { ask } = context.cli;
  // Where the stack of a creation that was rolled back is there, eksctl makes nothing and ends well.
  const cli = cliOf(async (tool, ...args) =>
    tool === 'eksctl' ? { code: 0, stdout: '', stderr: '' } : ask(tool, ...args),
  );
  await t.rejects(nodeGroups.act({ ...context, cli }), { message: /system is not there .*eksctl delete nodegroup/ });
});

t.test('a degraded add-on counts as there, with a warning', async (t) => {
  const world = emptyWorld();
  const context = await contextOf(t, world);
  await addons.act(context);
  world.addons.coredns = 'DEGRADED';
  const lines: string[] = [];
  t.ok(await addons.isDone({ ...context, progress: (line) => lines.push(line) }));
  t.match(lines, [/add-on coredns is DEGRADED.*describe-addon/]);
});

t.test("a cluster's stacks are told from those of clusters whose names begin with its own", async (t) => {
  const own = ['cluster', 'fargate', 'nodegroup-system', 'addon-vpc-cni', 'podidentityrole-shop-pado-runner'];
  const others = ['fargate-cluster', 'fargate-fargate', 'cluster-2-cluster', 'auto-cluster', 'addon-x-cluster'];
  const names = (ends: readonly string[]) => ends.map((end) => `eksctl-pado-${end}`);
  const stacks = Object.fromEntries(
    ['Karpenter-pado', 'Karpenter-pado-2', ...names(own), ...names(others)].map((name) => [name, 'CREATE_COMPLETE']),
  );
  const found = async (stackTags: Record<string, string>) => {
    const context = await contextOf(t, emptyWorld('pado', { stacks, stackTags }));
    return (await clusterStacks(context)).map(({ StackName }) => StackName);
  };
  const byTag = {
    ...Object.fromEntries(names(own).map((name) => [name, 'pado'])),
    ...Object.fromEntries(names(others).map((name) => [name, name.replace(/^eksctl-(.*)-\w+$/, '$1')])),
  };
  t.same(await found(byTag), ['Karpenter-pado', ...names(own)]);
  // Without tags names have to do, and one cannot tell a cluster pado-addon-x from an add-on x-cluster.
  t.same(await found({}), ['Karpenter-pado', ...names(own), 'eksctl-pado-addon-x-cluster']);
});
