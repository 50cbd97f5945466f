import { PadoError } from '@pado/fault';
import type { Step } from '../context.ts';
import { describeCluster } from '../describe-cluster.ts';
import { stackStatus } from '../stacks.ts';

export const cluster: Step = {
  name: 'cluster',
  what: 'the control plane, the network and all else that the file says (eksctl create cluster)',
  minutes: 18,
  isDone: async (context) => ['ACTIVE', 'UPDATING'].includes((await describeCluster(context))?.status ?? ''),
  async act(context) {
    const { cli } = context;
    const { name, region, path } = context.cluster;
    const found = await describeCluster(context);
    if (found?.status === 'CREATING') {
      await cli.run('aws', 'eks', 'wait', 'cluster-active', '--name', name, '--region', region);
      return;
    }
    if (found !== undefined)
      throw new PadoError('ERR_PADO_CONFLICT', `cluster ${name} is ${found.status}: run eks:down, then eks:up`);
    const stack = await stackStatus(context, `eksctl-${name}-cluster`);
    if (stack !== undefined)
      throw new PadoError(
        'ERR_PADO_CONFLICT',
        `stack eksctl-${name}-cluster is ${stack}, but there is no cluster: run eks:down, then eks:up`,
      );
    await cli.run('eksctl', 'create', 'cluster', '-f', path, '--write-kubeconfig=false');
  },
};
