import { checkFault, durationMs, nameLabel, nearest, type Problem } from '@pado/fault';
import { findScript } from './experiment.ts';
import type { Activity, ExperimentDocument, FaultAction, HypothesisProbe, PadoExtension } from './schema.ts';
import type { Path } from './source.ts';

interface Context {
  readonly file: string;
  readonly services: readonly string[] | undefined;
  /** Whether the schema found something wrong at or below a path. */
  readonly broken: (path: Path) => boolean;
}

type Report = (path: Path, message: string) => void;

/** What a schema cannot say: how the parts of an experiment fit together, with the shop and with the files around it. */
export function checkExperiment(document: unknown, { file, services, broken }: Context): readonly Problem[] {
  const problems: Problem[] = [];
  const report: Report = (path, message) => problems.push({ path, message });
  const { method, extensions, 'steady-state-hypothesis': hypothesis } = (document ?? {}) as Partial<ExperimentDocument>;
  const activities = sound<Activity>(method, ['method'], broken);
  const probes = sound<HypothesisProbe>(hypothesis?.probes, ['steady-state-hypothesis', 'probes'], broken);
  const ours = sound<PadoExtension>(extensions, ['extensions'], broken).filter(({ value }) => value.name === 'pado');

  const faults = activities.flatMap(({ value, path }) => (value.type === 'action' ? [{ value, path }] : []));
  for (const { value, path } of faults) {
    checkFaultAction(value, path, services, report);
    const later = activities.filter((activity) => (activity.path[1] ?? 0) > (path[1] ?? 0));
    if (
      !lasts(
        value,
        later.map((activity) => activity.value),
      )
    ) {
      report(path, 'the fault would be reverted at once: give the action `pauses: {after: 20}` or `wait: ended`');
    }
  }
  unique(
    faults.map(({ value, path }) => ({ name: faultName(value), path: [...path, 'name'] })),
    'fault',
    report,
  );
  const hasLoad = (Array.isArray(extensions) ? extensions : []).some((extension) => 'load' in Object(extension));
  for (const { value, path } of probes) checkProbe(value, path, hasLoad, report);
  unique(
    probes.map(({ value, path }) => ({ name: value.name, path: [...path, 'name'] })),
    'probe',
    report,
  );
  for (const { value, path } of ours) checkExtension(value, path, file, report);
  return problems;
}

/** The items of a list that the schema found nothing wrong with. */
function sound<T>(
  list: unknown,
  path: Path,
  broken: Context['broken'],
): readonly { readonly value: T; readonly path: Path }[] {
  const items: readonly unknown[] = Array.isArray(list) ? list : [];
  return items.flatMap((value, index) =>
    broken([...path, index]) ? [] : [{ value: value as T, path: [...path, index] }],
  );
}

/** Faults are known to the agent by name: the activity's own, made fit, when it gives none. */
export const faultName = ({ name, provider }: FaultAction): string =>
  provider.name ??
  (name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 63)
    .replace(/-+$/, '') ||
    'fault');

function checkFaultAction(
  { provider, pauses }: FaultAction,
  path: Path,
  services: Context['services'],
  report: Report,
): void {
  const at = [...path, 'provider', 'spec'];
  const { spec } = provider;
  for (const problem of checkFault(spec)) report([...at, ...problem.path], problem.message);
  if (spec.leaseName !== undefined) report([...at, 'leaseName'], '`leaseName` is given by the run: leave it out');
  if (spec.stopped === true) report([...at, 'stopped'], '`stopped` is true: the fault would never begin');
  if (provider.wait !== 'ended' && (pauses?.after ?? 0) * 1_000 > durationMs(spec.ttl)) {
    report(
      [...at, 'ttl'],
      `\`ttl\` is ${spec.ttl}, but the action pauses for ${pauses?.after} s: the fault would be over before`,
    );
  }
  if (services === undefined) return;
  const known = (name: string | undefined, where: Path) => {
    if (name !== undefined && !services.includes(name)) report([...at, ...where], unknownService(name, services));
  };
  known(spec.target.selector.matchLabels[nameLabel], ['target', 'selector', 'matchLabels', nameLabel]);
  for (const [index, effect] of spec.effects.entries()) {
    if ('match' in effect) known(effect.match?.service, ['effects', index, 'match', 'service']);
  }
}

function unknownService(name: string, services: readonly string[]): string {
  const near = nearest(name, services);
  const question = near === undefined ? '' : `: did you mean \`${near}\`?`;
  return `no service is called ${name}${question}; there are: ${services.join(', ')}`;
}

/** Whether time passes between the fault's start and the end of the method. */
const lasts = ({ provider, pauses }: FaultAction, rest: readonly Activity[]): boolean =>
  provider.wait === 'ended' ||
  (pauses?.after ?? 0) > 0 ||
  rest.some((next) => (next.pauses?.before ?? 0) > 0 || (next.pauses?.after ?? 0) > 0);

function checkProbe({ provider, tolerance }: HypothesisProbe, path: Path, hasLoad: boolean, report: Report): void {
  if (provider.type === 'k6' && !hasLoad) {
    report([...path, 'provider'], 'the provider k6 needs a load: name a script in the extension pado');
  }
  if (typeof tolerance === 'number') return;
  const [lowest, highest] = bounds(tolerance);
  if (lowest !== undefined && highest !== undefined && lowest > highest) {
    report(
      [...path, 'tolerance'],
      `\`tolerance\` ends (${highest}) before it begins (${lowest}): nothing would ever fit`,
    );
  }
}

function bounds(tolerance: Exclude<HypothesisProbe['tolerance'], number>): readonly (number | undefined)[] {
  if ('length' in tolerance) return tolerance;
  if (tolerance.type === 'range') return tolerance.range;
  return tolerance.comparator === 'between' ? [tolerance.value, tolerance.upper] : [];
}

function checkExtension({ load, baseline }: PadoExtension, path: Path, file: string, report: Report): void {
  if (load !== undefined && findScript(file, load.script) === undefined) {
    const message = `there is no ${load.script} in the experiment's folder or in one above it`;
    report([...path, 'load', 'script'], message);
  }
  if (baseline !== undefined && durationMs(baseline) < 1_000) {
    report(
      [...path, 'baseline'],
      '`baseline` is shorter than a second: a steady state needs time to show, such as 10s',
    );
  }
}

function unique(items: readonly { readonly name: string; readonly path: Path }[], what: string, report: Report): void {
  const seen = new Set<string>();
  for (const { name, path } of items) {
    if (seen.has(name)) report(path, `another ${what} is called "${name}" too: names tell results apart`);
    seen.add(name);
  }
}
