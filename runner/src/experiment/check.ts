import type { Problem } from '@pado/fault';
import { isObject } from '../is-object.ts';
import { checkActivities } from './check/activity.ts';
import { checkExtension } from './check/extension.ts';
import { checkProbe } from './check/probe.ts';
import { checkServices } from './check/services.ts';
import { checkSources } from './check/sources.ts';
import { type Broken, type Placed, type Report, sound, unique } from './check/walk.ts';
import type { Activity, ExperimentDocument, HypothesisProbe, PadoExtension, ProbeProvider } from './schema.ts';
import type { Path } from './source.ts';
import { isForeign } from './tolerate.ts';

export type { Broken } from './check/walk.ts';

export interface Around {
  readonly file: string;
  /** The names that selectors and matches may use; without it names are not checked. */
  readonly services: readonly string[] | undefined;
  /** The documents of the steady-state files. */
  readonly shared: readonly unknown[];
}

/** What a schema cannot say: how the parts of an experiment fit together, with the shop and with the files around it. */
export function checkExperiment(
  document: unknown,
  { file, services, shared, broken }: Around & { readonly broken: Broken },
): readonly Problem[] {
  const problems: Problem[] = [];
  const report: Report = (path, message) => problems.push({ path, message });
  const { method, rollbacks, extensions, secrets } = (document ?? {}) as Partial<ExperimentDocument>;

  const groups = isObject(secrets) ? Object.keys(secrets) : [];
  const around = { file, groups, hasLoad: hasLoad(document), acts: acts(document) };
  const activities = sound<Activity>(method, ['method'], broken).filter(isNoRef);
  checkActivities(activities, around, report);
  for (const item of sound<Activity>(rollbacks, ['rollbacks'], broken).filter(isNoRef)) {
    if (item.value.type === 'action' && item.value.provider.type === 'fault') {
      report(item.path, 'a fault among the rollbacks would hurt what is to recover: put it into the method');
    } else {
      checkActivities([item], { ...around, isRollback: true }, report);
    }
  }

  checkServices(method, services, { broken, report });

  const probes = hypothesisProbes(document, broken);
  for (const { value, path } of probes) checkProbe(value, path, around, report);
  // Chaos Toolkit lets probes share a name, and published experiments have such.
  const ours = probes.filter(({ value }) => !isForeign(value.provider)).map(({ value }) => value.name);
  unique(
    probes.map(named).filter(({ name }) => ours.includes(name)),
    'probe',
    report,
  );
  const elsewhere = shared.flatMap((page) => probesOf(page).map(({ value }) => value.name));
  for (const { name, path } of probes.map(named)) {
    if (elsewhere.includes(name)) {
      report(path, `a probe of a steady-state file is called "${name}" too: names tell results apart`);
    }
  }

  const entries = sound<PadoExtension>(extensions, ['extensions'], broken).filter(({ value }) => value.name === 'pado');
  for (const [index, { value, path }] of entries.entries()) {
    if (index > 0) report(path, 'there is an extension pado already: put both into one');
    checkExtension(value, path, around, report);
  }
  checkSources(document, report);
  return problems;
}

/** The same for the probes of a steady-state file; load and method are the experiment's. */
export function checkSteadyState(
  page: unknown,
  experiment: unknown,
  { file, broken }: Around & { readonly broken: Broken },
): readonly Problem[] {
  const problems: Problem[] = [];
  const report: Report = (path, message) => problems.push({ path, message });
  const secrets = isObject(experiment) && isObject(experiment.secrets) ? Object.keys(experiment.secrets) : [];
  const around = { file, groups: secrets, hasLoad: hasLoad(experiment), acts: acts(experiment) };
  const probes = sound<HypothesisProbe>(isObject(page) ? page.probes : undefined, ['probes'], broken);
  for (const { value, path } of probes) checkProbe(value, path, around, report);
  unique(probes.map(named), 'probe', report);
  return problems;
}

const hypothesisProbes = (document: unknown, broken: Broken): readonly Placed<HypothesisProbe>[] => {
  const hypothesis = isObject(document) ? document['steady-state-hypothesis'] : undefined;
  const probes = isObject(hypothesis) ? hypothesis.probes : undefined;
  return sound<HypothesisProbe>(probes, ['steady-state-hypothesis', 'probes'], broken).filter(isNoRef);
};

const probesOf = (page: unknown): readonly Placed<HypothesisProbe>[] =>
  sound<HypothesisProbe>(isObject(page) ? page.probes : undefined, ['probes'], () => false).filter(({ value }) =>
    isObject(value),
  );

/** A reference that was not resolved is told already. */
const isNoRef = ({ value }: Placed<object>): boolean => !('ref' in value);

const named = ({ value, path }: Placed<{ readonly name: string; readonly provider: ProbeProvider }>) => ({
  name: value.name,
  path: [...path, 'name'] as Path,
});

/** Also a load with mistakes in it is one. */
const hasLoad = (document: unknown): boolean =>
  isObject(document) &&
  Array.isArray(document.extensions) &&
  document.extensions.some((extension) => 'load' in Object(extension));

/** Whether the method does anything that could change the system. */
const acts = (document: unknown): boolean =>
  isObject(document) &&
  Array.isArray(document.method) &&
  document.method.some((activity) => Object(activity).type !== 'probe');
