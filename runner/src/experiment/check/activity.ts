import { nearest } from '@pado/fault';
import { findScript } from '../experiment.ts';
import { type FaultAction, faultName, isFaultAction } from '../fault-action.ts';
import type { ActionProvider, Activity, ProbeProvider } from '../schema.ts';
import type { Path } from '../source.ts';
import { checkAws } from './aws.ts';
import { checkFaultAction } from './fault.ts';
import { checkKubernetes } from './kubernetes.ts';
import { type Placed, type Report, type Surroundings, unique } from './walk.ts';

/** Activities in their order: some need others after them. */
export function checkActivities(activities: readonly Placed<Activity>[], around: Surroundings, report: Report): void {
  for (const { value, path } of activities) {
    checkProvider(value.provider, [...path, 'provider'], around, report);
    const later = activities.filter((other) => (other.path[1] ?? 0) > (path[1] ?? 0)).map((other) => other.value);
    if (isFaultAction(value)) {
      checkFaultAction(value, path, report);
      if (value.provider.wait !== 'ended' && !lasts(value, later)) {
        report(path, 'the fault would be reverted at once: give the action `pauses: {after: 20}` or `wait: ended`');
      }
    } else if (isStartedScript(value) && !lasts(value, later)) {
      report(path, 'the script would be stopped at once: give the action `pauses: {after: 20}` or `wait: ended`');
    }
  }
  const faults = activities.flatMap(({ value, path }) => (isFaultAction(value) ? [{ value, path }] : []));
  unique(
    faults.map(({ value, path }: Placed<FaultAction>) => ({ name: faultName(value), path: [...path, 'name'] })),
    'fault',
    report,
  );
}

/** What a provider says of itself, wherever it stands. */
export function checkProvider(
  provider: ActionProvider | ProbeProvider,
  path: Path,
  { file, groups, hasLoad, isRollback = false }: Surroundings,
  report: Report,
): void {
  switch (provider.type) {
    case 'k6':
      if ('script' in provider) {
        if (findScript(file, provider.script) === undefined) {
          report([...path, 'script'], `there is no ${provider.script} in the experiment's folder or in one above it`);
        }
      } else if (isRollback || !hasLoad) {
        report(path, 'the provider k6 needs a load: name a script in the extension pado');
      }
      return;
    case 'kubernetes':
      checkKubernetes(provider, path, report);
      return;
    case 'aws':
      checkAws(provider, path, report);
      return;
    case 'http':
    case 'process':
    case 'python':
      for (const [index, group] of (provider.secrets ?? []).entries()) {
        if (groups.includes(group)) continue;
        const near = nearest(group, groups);
        const remedy = near === undefined ? `there are: ${groups.join(', ') || 'none'}` : `did you mean \`${near}\`?`;
        report([...path, 'secrets', index], `no group of secrets is called "${group}": ${remedy}`);
      }
  }
}

const isStartedScript = ({ type, provider }: Activity): boolean =>
  type === 'action' && provider.type === 'k6' && 'wait' in provider && provider.wait === 'started';

/** Whether time passes between an activity's start and the end of the method. */
const lasts = ({ pauses }: Activity, rest: readonly Activity[]): boolean =>
  (pauses?.after ?? 0) > 0 ||
  rest.some((next) => (next.pauses?.before ?? 0) > 0 || (next.pauses?.after ?? 0) > 0 || takesTime(next));

/** Other programs take the time they take, and the end of the method waits for them. */
function takesTime(activity: Activity): boolean {
  switch (activity.provider.type) {
    case 'process':
    case 'python':
    case 'http':
      return true;
    case 'k6':
      return activity.type === 'action' && !isStartedScript(activity);
    case 'kubernetes':
    case 'aws':
      return activity.type === 'action';
    case 'fault':
      return activity.provider.wait === 'ended';
    default:
      return false;
  }
}
