import type { ProbeWindow } from '../contracts.ts';
import { type Experiment, padoExtension, windowsOf } from './experiment.ts';
import type { HypothesisProbe } from './schema.ts';

/**
 * The probes that are judged in a window. An expected failure is looked for before the fault too, where it must not be;
 * an experiment that names the time it may take to recover has its probes judged after the fault as well.
 */
export function judgedIn(experiment: Experiment, window: ProbeWindow): readonly HypothesisProbe[] {
  const probes = experiment.hypothesis?.probes ?? [];
  return probes.filter((probe) => judgedWindows(experiment, probe).includes(window));
}

export function judgedWindows(experiment: Experiment, probe: HypothesisProbe): readonly ProbeWindow[] {
  const { hypothesisStrategy } = experiment.runtime;
  const windows = windowsOf(probe, hypothesisStrategy);
  if (probe.expect === 'failure') return ['before', 'during'];
  const isDefault = !('window' in probe.provider) && hypothesisStrategy === undefined;
  const recovers = padoExtension(experiment.document).recovery !== undefined && probe.provider.type !== 'k6';
  return isDefault && recovers && !windows.includes('after') ? [...windows, 'after'] : windows;
}
