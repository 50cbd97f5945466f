import { PadoError } from '@pado/fault';
import { ownTag } from './cluster-file.ts';
import { awsMaybe, type Context } from './context.ts';

export interface ClusterFacts {
  /** CREATING, ACTIVE, DELETING, FAILED, UPDATING. */
  readonly status: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** The cluster as it is; undefined when there is none. @throws ERR_PADO_REFUSED for one of that name that is not ours */
export async function describeCluster(context: Context): Promise<ClusterFacts | undefined> {
  const { name, region } = context.cluster;
  const found = await awsMaybe<{ cluster: ClusterFacts }>(context, 'eks', 'describe-cluster', '--name', name);
  if (found === undefined) return undefined;
  if (found.cluster.tags?.[ownTag] !== 'true')
    throw new PadoError(
      'ERR_PADO_REFUSED',
      `cluster ${name} in ${region} has no tag ${ownTag}=true: it is somebody else's, and is left alone`,
    );
  return found.cluster;
}
