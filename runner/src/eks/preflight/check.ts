import { isPadoError } from '@pado/fault';
import type { Context } from '../context.ts';
import { describeCluster } from '../describe-cluster.ts';
import type { Finding } from './finding.ts';
import { checkIdentity } from './identity.ts';
import { checkQuota } from './quota.ts';
import { checkRegion } from './region.ts';
import { checkTools } from './tools.ts';

async function checkCluster(context: Context): Promise<Finding> {
  const { name } = context.cluster;
  try {
    const found = await describeCluster(context);
    return { what: `cluster ${name}`, ok: true, found: found === undefined ? 'not there yet' : found.status };
  } catch (error) {
    if (!isPadoError(error)) throw error;
    return {
      ...{ what: `cluster ${name}`, ok: false, found: error.message },
      remedy: 'another metadata.name in the file',
    };
  }
}

/** Looks only. Without the programs or an identity the rest would only repeat that. */
export async function preflight(
  context: Context,
  environment: Readonly<Record<string, string | undefined>>,
  wants: 'up' | 'down' = 'up',
): Promise<Finding[]> {
  const { cli, cluster } = context;
  const tools = await checkTools(cli);
  if (tools.some(({ what, found }) => what === 'aws' && found === 'not on PATH')) return tools;
  const identity = await checkIdentity(cli, cluster.region);
  if (!identity.ok) return [...tools, identity];
  const region = await checkRegion(cli, cluster.region, environment);
  if (!region.ok) return [...tools, identity, region];
  const quota = wants === 'up' ? [await checkQuota(cli, cluster)] : [];
  return [...tools, identity, region, ...quota, await checkCluster(context)];
}
