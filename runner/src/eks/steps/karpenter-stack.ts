import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PadoError } from '@pado/fault';
import { aws, type Context, type Step } from '../context.ts';
import { karpenterStack as nameOf, stackStatus } from '../stacks.ts';
import { karpenterTemplate } from '../versions.ts';

/** The nodes' role, the controller's policies, the interruption queue with its rules: Karpenter's own template. */
export const karpenterStack: Step = {
  name: 'karpenter-stack',
  what: "Karpenter's CloudFormation stack: the nodes' role, the controller's policies, the interruption queue",
  minutes: 3,
  isDone: async (context) => /^(CREATE|UPDATE)_COMPLETE$/.test((await stackStatus(context, nameOf(context))) ?? ''),
  async act(context) {
    const { cli, cluster } = context;
    const name = nameOf(context);
    // A stack whose creation failed can only be deleted.
    if (/^(ROLLBACK|CREATE|DELETE)_(COMPLETE|FAILED)$/.test((await stackStatus(context, name)) ?? '')) {
      await cli.run('aws', 'cloudformation', 'delete-stack', '--stack-name', name, '--region', cluster.region);
      await cli.run(
        ...(['aws', 'cloudformation', 'wait', 'stack-delete-complete', '--stack-name', name] as const),
        ...['--region', cluster.region],
      );
    }
    const folder = await mkdtemp(join(tmpdir(), 'pado-eks-'));
    try {
      const file = join(folder, 'karpenter.yaml');
      await writeFile(file, await template(context));
      await cli.run(
        ...(['aws', 'cloudformation', 'deploy', '--stack-name', name, '--template-file', file] as const),
        ...['--capabilities', 'CAPABILITY_NAMED_IAM', '--no-fail-on-empty-changeset'],
        ...['--parameter-overrides', `ClusterName=${cluster.name}`, '--region', cluster.region],
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** Of the release that is installed afterwards, so that rights and program fit. */
async function template({ template: file, signal }: Context): Promise<string> {
  const text = file === undefined ? await fetched(signal) : await readFile(file, 'utf8');
  for (const part of ['AWSTemplateFormatVersion', 'KarpenterNodeRole', 'AWS::SQS::Queue'])
    if (!text.includes(part))
      throw new PadoError('ERR_PADO_INVALID', `${file ?? karpenterTemplate} is not Karpenter's template: no ${part}`);
  return text;
}

async function fetched(signal: AbortSignal): Promise<string> {
  const response = await fetch(karpenterTemplate, { signal }).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw new PadoError('ERR_PADO_PROVIDER', `${karpenterTemplate} cannot be fetched; give a copy by --template`, {
      cause,
    });
  });
  if (!response.ok) throw new PadoError('ERR_PADO_PROVIDER', `${karpenterTemplate}: ${response.status}`);
  return response.text();
}

/** Whatever policies this version's template makes: one once, six since. */
export async function controllerPolicies(context: Context): Promise<string[]> {
  const { StackResources } = await aws<{ StackResources: { ResourceType: string; PhysicalResourceId: string }[] }>(
    ...([context, 'cloudformation', 'describe-stack-resources', '--stack-name', nameOf(context)] as const),
  );
  const arns = StackResources.filter(({ ResourceType }) => ResourceType === 'AWS::IAM::ManagedPolicy');
  if (arns.length === 0) throw new PadoError('ERR_PADO_PROVIDER', `stack ${nameOf(context)} holds no managed policy`);
  return arns.map(({ PhysicalResourceId }) => PhysicalResourceId);
}
