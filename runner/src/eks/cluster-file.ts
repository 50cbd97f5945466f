import { readFile } from 'node:fs/promises';
import { PadoError } from '@pado/fault';
import { parse } from 'yaml';

/** Which of the three kinds of cluster a file of eksctl's describes. */
export type Form = 'nodes' | 'fargate' | 'auto';

export interface ClusterFile {
  readonly path: string;
  readonly name: string;
  readonly region: string;
  readonly version: string;
  readonly form: Form;
  readonly nodeGroups: readonly string[];
  readonly fargateProfiles: readonly string[];
  readonly addons: readonly string[];
  /** `namespace/account` of each. */
  readonly identities: readonly string[];
}

/** eks:up and eks:down touch no cluster that does not bear it. */
export const ownTag = 'pado.dev/workshop';

interface Named {
  readonly name: string;
}
interface Content {
  readonly metadata?: {
    readonly name?: string;
    readonly region?: string;
    readonly version?: string;
    readonly tags?: Readonly<Record<string, string>>;
  };
  readonly autoModeConfig?: { readonly enabled?: boolean };
  readonly managedNodeGroups?: readonly Named[];
  readonly fargateProfiles?: readonly Named[];
  readonly addons?: readonly Named[];
  readonly iam?: {
    readonly podIdentityAssociations?: readonly { readonly namespace: string; readonly serviceAccountName: string }[];
  };
}

/** What the steps need of it. @throws ERR_PADO_INVALID when it lacks a name, a region, a version or the tag */
export async function readClusterFile(path: string): Promise<ClusterFile> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new PadoError(
      'ERR_PADO_NOT_FOUND',
      `there is no file ${path}: eks.yml, eks-fargate.yml and eks-auto.yml are`,
      {
        cause,
      },
    );
  });
  const content = (parse(text) ?? {}) as Content;
  const { name, region, version, tags } = content.metadata ?? {};
  if (name === undefined || region === undefined || version === undefined)
    throw new PadoError('ERR_PADO_INVALID', `${path}: metadata needs name, region and version`);
  if (tags?.[ownTag] !== 'true')
    throw new PadoError(
      'ERR_PADO_INVALID',
      `${path}: metadata.tags needs ${ownTag}: "true", by which eks:down knows it`,
    );
  const nodeGroups = (content.managedNodeGroups ?? []).map((one) => one.name);
  const form = content.autoModeConfig?.enabled === true ? 'auto' : nodeGroups.length > 0 ? 'nodes' : 'fargate';
  return {
    ...{ path, name, region, version, form, nodeGroups },
    fargateProfiles: (content.fargateProfiles ?? []).map((one) => one.name),
    addons: (content.addons ?? []).map((one) => one.name),
    identities: (content.iam?.podIdentityAssociations ?? []).map((one) => `${one.namespace}/${one.serviceAccountName}`),
  };
}
