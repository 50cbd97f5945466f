import type { Dry } from '../../experiment/context.ts';
import type { Experiment } from '../../experiment/experiment.ts';
import { connectAws } from './client.ts';

/** Region and credentials, of what will be done: told before the run, and not in the middle of it. Asks AWS nothing. */
export async function preflightAws(
  { hypothesis, method, rollbacks, stopConditions }: Experiment,
  dry: Dry | undefined,
): Promise<void> {
  const isLeft = (type: string) => dry === 'activities' || dry === `${type}s`;
  const probes = isLeft('probe') ? [] : [...(hypothesis?.probes ?? []), ...stopConditions];
  const activities = [...method, ...rollbacks].filter((one) => one.dry !== true && !isLeft(one.type));
  const providers = [...probes, ...activities].map(({ provider }) => provider);
  const regions = new Set(providers.flatMap((provider) => (provider.type === 'aws' ? [provider.region] : [])));
  for (const region of regions) (await connectAws(region)).close();
}
