/** `npm run eks:down`: removes all that `eks:up` made, whatever became of it, and looks for what is left. */
import { main } from './main.ts';
import { preflight } from './preflight/check.ts';
import { findingLines } from './preflight/finding.ts';
import { removals } from './remove/index.ts';
import { leftovers } from './remove/leftovers.ts';
import { planLines, runSteps } from './run-steps.ts';

await main(async (context, { yes }, environment) => {
  const { cluster, progress } = context;
  progress(`eks:down removes cluster ${cluster.name} in ${cluster.region} and everything in it:`);
  for (const line of planLines(removals)) progress(line);
  const findings = await preflight(context, environment, 'down');
  for (const line of findingLines(findings)) progress(line);
  const ready = findings.every(({ ok }) => ok);
  if (!ready) progress('nothing was done: see MISSING above');
  else if (!yes) progress('nothing was done: add --yes to do it');
  if (!ready || !yes) return ready ? 0 : 5;
  await runSteps(removals, context);
  const left = await leftovers(context);
  for (const { kind, ids, advice } of left) {
    progress(`LEFT: ${kind}: ${ids.join(', ')}`);
    if (advice !== undefined) progress(`  ${advice}`);
  }
  if (left.length > 0) {
    progress('these may still cost money; run eks:down again in a few minutes, or delete them by hand');
    return 5;
  }
  progress(
    `nothing of cluster ${cluster.name} is left: no instances, volumes, NAT gateways, addresses, load balancers,`,
  );
  progress('CloudFormation stacks or log groups bear its name or tags');
  return 0;
});
