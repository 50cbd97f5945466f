/** `npm run eks:up`: makes the workshop's cluster, or goes on where an earlier run ended. */
import { costLines } from './cost.ts';
import { main } from './main.ts';
import { preflight } from './preflight/check.ts';
import { findingLines } from './preflight/finding.ts';
import { planLines, runSteps } from './run-steps.ts';
import { stepsOf } from './steps/index.ts';

await main(async (context, { yes }, environment) => {
  const { cluster, progress, image } = context;
  const steps = stepsOf(cluster.form, image !== undefined);
  progress(`eks:up makes cluster ${cluster.name} (Kubernetes ${cluster.version}) in ${cluster.region}:`);
  for (const line of [...planLines(steps), ...costLines(cluster.form, cluster.region)]) progress(line);
  if (image === undefined) progress('without --image: agent and shop are left out; run it again with one to add them');
  const findings = await preflight(context, environment);
  for (const line of findingLines(findings)) progress(line);
  const ready = findings.every(({ ok }) => ok);
  if (!ready) progress('nothing was done: see MISSING above');
  else if (!yes) progress('nothing was done: add --yes to do it');
  if (!ready || !yes) return ready ? 0 : 5;
  const acted = await runSteps(steps, context);
  progress(`cluster ${cluster.name} is up (${acted.length} of ${steps.length} steps had something to do)`);
  progress(`export KUBECONFIG=${context.kubeconfig}`);
  progress('it costs money until: npm run eks:down -- --yes');
  return 0;
});
