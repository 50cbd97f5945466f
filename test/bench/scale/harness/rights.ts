import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { helm } from '../../../e2e/helpers/cluster.ts';

const chart = join(import.meta.dirname, '../../../../charts/agent');

interface Role {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly rules: readonly object[];
}

/** What the chart allows its agent: in the whole cluster, and in the agent's own namespace. */
export async function agentRights(): Promise<{
  readonly everywhere: readonly object[];
  readonly own: readonly object[];
}> {
  const documents = parseAllDocuments(await helm('template', 'pado', chart, '-n', 'pado'));
  const roles = documents.map((document) => document.toJS() as Role | null).filter((role) => role !== null);
  const rulesOf = (kind: string) =>
    roles.filter((role) => role.kind === kind && role.metadata.name === 'pado-agent').flatMap(({ rules }) => rules);
  const [everywhere, own] = [rulesOf('ClusterRole'), rulesOf('Role')];
  if (everywhere.length === 0 || own.length === 0) throw new Error(`${chart} has no roles named pado-agent`);
  return { everywhere, own };
}
