import { setTimeout as sleep } from 'node:timers/promises';
import type { ProbeResult, TimeWindow } from '../contracts.ts';
import type { RunContext } from './context.ts';
import { judgeProbe, looksBack } from './probe.ts';
import type { HypothesisProbe } from './schema.ts';
import { judgedIn } from './windows.ts';

/** How far back a look of PromQL goes while the fault is on: a few scrapes. */
const recentMs = 5_000;

interface Look {
  readonly startMs: number;
  readonly endMs: number;
  readonly result: ProbeResult;
}

export interface DuringLooks {
  /** Rejects never; resolves with the name of the first probe that missed, for `fail_fast`. */
  readonly missed: Promise<string>;
  /** Ends the looking and judges what was seen within the window. Probes that look back are judged elsewhere. */
  readonly judge: (window: TimeWindow) => Promise<readonly ProbeResult[]>;
  readonly close: () => void;
}

/**
 * Asks the probes of the window `during` again and again. For those that can only see the present these looks are what
 * is judged; for PromQL, which judges the whole window afterwards, they show how it goes.
 */
export function lookDuring({ experiment, asking, signal, tell }: RunContext): DuringLooks {
  const closing = new AbortController();
  const until = AbortSignal.any([signal, closing.signal]);
  const { frequencyMs, failFast } = experiment.runtime;
  const beganMs = Date.now();
  const first = Promise.withResolvers<string>();
  const patient = { ...asking, call: { ...asking.call, signal: until } };

  const follow = async (probe: HypothesisProbe): Promise<readonly Look[]> => {
    const looks: Look[] = [];
    while (!until.aborted) {
      const next = sleep(frequencyMs, undefined, { signal: until }).catch(() => {});
      const startMs = Date.now();
      try {
        const window = { startMs: Math.max(beganMs, startMs - recentMs), endMs: startMs };
        const result = await judgeProbe(probe, 'during', window, patient);
        looks.push({ startMs, endMs: Date.now(), result });
        tell({ type: 'look', result, atMs: startMs });
        if (result.met === false && probe.expect !== 'failure' && failFast) first.resolve(probe.name);
      } catch (error) {
        if (!until.aborted) throw error;
      }
      await next;
    }
    return looks;
  };
  const followed = judgedIn(experiment, 'during')
    .filter(({ provider }) => provider.type !== 'k6')
    .map((probe) => ({ probe, looks: follow(probe) }));
  for (const { looks } of followed) looks.catch(() => {}); // told by judge

  return {
    missed: first.promise,
    close: () => closing.abort(),
    judge: async (window) => {
      closing.abort();
      const results = [];
      for (const { probe, looks } of followed) {
        const all = await looks;
        if (!looksBack(probe)) results.push(sumUp(probe, all, window));
      }
      for (const result of results) tell({ type: 'probe', result });
      return results;
    },
  };
}

/**
 * One result of many looks: of those that lay within the window, else of the last one before its end. A steady probe is
 * met when all looks are, or the share it asks for; an expected failure when it was seen.
 */
export function sumUp(probe: HypothesisProbe, all: readonly Look[], { startMs, endMs }: TimeWindow): ProbeResult {
  const within = all.filter((look) => look.startMs >= startMs && look.endMs <= endMs);
  const looks = within.filter(({ result }) => result.error === undefined && result.met !== null);
  const missed = looks.filter(({ result }) => result.met === false);
  const broken = within.find(({ result }) => result.error !== undefined);
  const met = looks.length - missed.length;
  const isFailure = probe.expect === 'failure';
  const { atLeast } = probe;
  const isMet =
    atLeast === undefined ? (isFailure ? met > 0 : missed.length === 0) : met >= (atLeast / 100) * looks.length;
  // The look that explains the result: the first miss of what should hold, the first sight of what should happen.
  const wanted = isFailure && isMet;
  const explains = isFailure === isMet ? looks.find(({ result }) => result.met === wanted) : undefined;
  const telling = explains ?? looks.at(-1) ?? within.at(-1) ?? all.at(-1);
  const base: ProbeResult = telling?.result ?? {
    ...{ name: probe.name, window: 'during', value: null, expected: '', met: null },
  };
  if (looks.length === 0) {
    const error = broken?.result.error;
    return { ...base, value: null, met: null, ...(error === undefined ? {} : { error }) };
  }
  return {
    ...base,
    met: isMet,
    looks: {
      count: looks.length,
      missed: missed.length,
      ...(missed[0] === undefined ? {} : { firstMissMs: missed[0].startMs }),
    },
  };
}
