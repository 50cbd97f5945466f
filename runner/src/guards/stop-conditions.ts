import type { Stop } from '../contracts.ts';
import { systemClock } from './clock.ts';
import { watchCondition } from './condition.ts';
import { watchErrorBudget } from './error-budget.ts';
import type { GuardOptions, Guards, Round, Stage, Watch } from './guards.ts';
import { asksPrometheus } from './newest-sample.ts';
import { watchPrometheus } from './prometheus-life.ts';

/** Watches every stop condition, the error budget and Prometheus itself, each on its own, from now until `close`. */
export function watchStopConditions(options: GuardOptions): Guards {
  const { conditions, errorBudget, prometheus, prometheusDown, look, clock = systemClock } = options;
  const closing = new AbortController();
  const signal = AbortSignal.any([options.signal, closing.signal]);
  let stage: Stage | undefined;
  const watch: Watch = {
    everyMs: options.everyMs ?? 1_000,
    rangeMs: options.rangeMs ?? 5_000,
    clock,
    signal,
    stage: () => stage,
    tell: (event) => {
      if (!signal.aborted) options.tell(event);
    },
    // What is found while the faults are being reverted comes too late to matter.
    stop: (stop) => {
      if (signal.aborted) return;
      closing.abort();
      options.stop(stop);
    },
  };

  const life = watchPrometheus(watch, prometheus, prometheusDown);
  const rounds: [name: string, round: Round][] = conditions.map((condition) => [
    condition.name,
    watchCondition(watch, condition, { look, prometheus, answers: life.answers }),
  ]);
  if (errorBudget !== undefined) {
    rounds.push(['error budget', watchErrorBudget(watch, errorBudget, { prometheus, answers: life.answers })]);
  }
  const isNeeded = options.needsPrometheus || errorBudget !== undefined;
  if (isNeeded || conditions.some(asksPrometheus)) rounds.push(['Prometheus', life.round]);
  for (const [name, round] of rounds) void keepOn(watch, name, round);

  return {
    enter: (phase) => {
      stage = { phase, sinceMs: clock.now() };
    },
    close: () => closing.abort(),
  };
}

/** A guard that breaks stops the run: an experiment that nobody watches any more is not one to go on with. */
async function keepOn({ clock, signal, stop }: Watch, name: string, round: Round): Promise<void> {
  try {
    while (!signal.aborted) await clock.sleep(await round(), signal);
  } catch (error) {
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const failure: Stop = { name, reason: `${name} is watched no more, a defect in Pado: ${why}`, atMs: clock.now() };
    stop(failure);
  }
}
