import type { Phase } from '../contracts.ts';
import { watchStopConditions } from '../guards/stop-conditions.ts';
import type { RunContext } from './context.ts';
import { needsOf } from './needs.ts';
import { judgeProbe } from './probe.ts';

export interface Guarding {
  readonly enter: (phase: Phase) => void;
  readonly close: () => void;
}

/** Watches the experiment's stop conditions, its error budget and Prometheus itself. */
export function guard(context: RunContext): Guarding {
  const { experiment, prometheus, environment, asking, tell, stop, signal } = context;
  const { stopConditions, errorBudget, prometheusDown } = experiment;
  return watchStopConditions({
    ...{ conditions: stopConditions, errorBudget, prometheusDown, prometheus, tell, stop, signal },
    needsPrometheus: environment.prometheusUrl !== undefined && needsOf(experiment).prometheus,
    look: (condition, window, until) =>
      judgeProbe({ type: 'probe', ...condition }, 'during', window, {
        ...asking,
        call: { ...asking.call, signal: until },
      }),
  });
}
