import { type Cli, lastLines } from '../cli.ts';
import type { ClusterFile } from '../cluster-file.ts';
import type { Finding } from './finding.ts';

/** Quotas by their codes: vCPUs of running on-demand standard instances, and of Fargate. */
const quotas = {
  nodes: { service: 'ec2', code: 'L-1216C47A', name: 'vCPUs of on-demand standard instances', needs: 12 },
  auto: { service: 'ec2', code: 'L-1216C47A', name: 'vCPUs of on-demand standard instances', needs: 12 },
  fargate: { service: 'fargate', code: 'L-3032A538', name: 'vCPUs of Fargate', needs: 6 },
} as const;

/** New accounts have 5 or less. What other things of the account use of it is not known here. */
export async function checkQuota(cli: Cli, { form, region }: ClusterFile): Promise<Finding> {
  const { service, code, name, needs } = quotas[form];
  const answer = await cli.ask(
    ...(['aws', 'service-quotas', 'get-service-quota', '--service-code', service, '--quota-code', code] as const),
    ...['--region', region, '--output', 'json'],
  );
  const what = `quota of ${name}`;
  const remedy = `aws service-quotas request-service-quota-increase --service-code ${service} --quota-code ${code} --desired-value 32 --region ${region}; it may take a day`;
  if (answer.code !== 0) return { what, ok: false, found: lastLines(answer.stderr), remedy };
  const { Value } = (JSON.parse(answer.stdout) as { Quota: { Value: number } }).Quota;
  return { what, ok: Value >= needs, found: `${Value}, needs ${needs}`, remedy };
}
