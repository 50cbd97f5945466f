import { type Cli, lastLines } from '../cli.ts';
import type { Finding } from './finding.ts';

/** The region of the file is the one that is used; another one in the environment is more likely a slip than a wish. */
export async function checkRegion(
  cli: Cli,
  region: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Finding> {
  const what = 'region';
  const elsewhere = environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION;
  if (elsewhere !== undefined && elsewhere !== '' && elsewhere !== region)
    return {
      ...{ what, ok: false, found: `the environment says ${elsewhere}, the file ${region}` },
      remedy: 'unset AWS_REGION and AWS_DEFAULT_REGION, or change metadata.region of the file',
    };
  const args = ['ec2', 'describe-availability-zones', '--region', region, '--output', 'json'];
  const { code, stdout, stderr } = await cli.ask('aws', ...args);
  if (code !== 0) {
    const remedy = `enable ${region} for the account (Account, AWS Regions), or change metadata.region of the file`;
    return { what, ok: false, found: `${region}: ${lastLines(stderr)}`, remedy };
  }
  const zones = (JSON.parse(stdout) as { AvailabilityZones: { State: string }[] }).AvailabilityZones;
  const available = zones.filter(({ State }) => State === 'available').length;
  return {
    ...{ what, ok: available >= 2, found: `${region}, ${available} zones` },
    remedy: 'EKS needs two zones that are available',
  };
}
