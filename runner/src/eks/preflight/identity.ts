import { type Cli, lastLines } from '../cli.ts';
import { masked } from '../mask.ts';
import type { Finding } from './finding.ts';

/** Who AWS takes us for; an expired token is told from none at all. */
export async function checkIdentity(cli: Cli, region: string): Promise<Finding> {
  const { code, stdout, stderr } = await cli.ask(
    ...(['aws', 'sts', 'get-caller-identity', '--region', region, '--output', 'json'] as const),
  );
  const what = 'identity';
  if (code === 0) return { what, ok: true, found: masked((JSON.parse(stdout) as { Arn: string }).Arn) };
  if (/expired/i.test(stderr))
    return { what, ok: false, found: 'the session has expired', remedy: 'sign in again: aws sso login (or aws login)' };
  if (/unable to locate credentials/i.test(stderr))
    return { what, ok: false, found: 'no credentials', remedy: 'aws configure sso, or set AWS_PROFILE' };
  return { what, ok: false, found: lastLines(stderr), remedy: 'aws sts get-caller-identity has to succeed' };
}
