import { checkFault, durationMs } from '@pado/fault';
import type { FaultAction } from '../fault-action.ts';
import type { Path } from '../source.ts';
import type { Report } from './walk.ts';

export function checkFaultAction({ provider, pauses }: FaultAction, path: Path, report: Report): void {
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
}
