import { PadoError } from '@pado/fault';
import type { Environment } from './environment.ts';
import type { Experiment } from './experiment.ts';
import type { Activity, ProbeProvider } from './schema.ts';

/** What an experiment needs around it; a plain one of Chaos Toolkit needs nothing. */
export interface Needs {
  readonly agent: boolean;
  readonly prometheus: boolean;
  readonly load: boolean;
  readonly python: boolean;
  readonly kubernetes: boolean;
  readonly aws: boolean;
}

export function needsOf(experiment: Experiment): Needs {
  const { hypothesis, method, rollbacks, load, stopConditions, errorBudget, controls } = experiment;
  const probes = [...(hypothesis?.probes ?? []), ...stopConditions];
  const activities: readonly Pick<Activity, 'provider'>[] = [...method, ...rollbacks];
  const types = new Set<string>([
    ...probes.map(({ provider }: { readonly provider: ProbeProvider }) => provider.type),
    ...activities.map(({ provider }) => provider.type),
  ]);
  const byPython = probes.some(
    (probe) =>
      typeof probe.tolerance === 'object' &&
      'type' in probe.tolerance &&
      probe.tolerance.type === 'probe' &&
      probe.tolerance.provider.type === 'python',
  );
  const controlled = [
    ...controls,
    ...(hypothesis?.controls ?? []),
    ...[...method, ...rollbacks].flatMap((one) => one.controls ?? []),
  ];
  return {
    agent: types.has('fault'),
    prometheus:
      types.has('prometheus') || types.has('slo') || errorBudget !== undefined || load !== undefined || types.has('k6'),
    load: load !== undefined || types.has('k6'),
    python: types.has('python') || byPython || controlled.length > 0,
    kubernetes: types.has('kubernetes'),
    aws: types.has('aws'),
  };
}

/** @throws PadoError ERR_PADO_NOT_FOUND with what is missing, and how to get it. */
export function requireParts(needs: Needs, environment: Environment): void {
  const missing = [
    ...(needs.agent && environment.agent === undefined ? ['an agent, for its faults'] : []),
    ...(needs.prometheus && environment.prometheusUrl === undefined ? ['Prometheus, for its queries'] : []),
    ...(needs.kubernetes && environment.kubernetes === undefined ? ['a cluster, for its provider kubernetes'] : []),
  ];
  if (missing.length === 0) return;
  const remedy = needs.kubernetes
    ? 'run it with --kubernetes'
    : 'start the shop with `pado up`, or name yours with --prometheus URL and `pado agent`';
  throw new PadoError('ERR_PADO_NOT_FOUND', `the experiment needs ${missing.join(', ')}: ${remedy}`);
}
