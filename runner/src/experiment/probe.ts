import { isPadoError } from '@pado/fault';
import type { ProbeResult, ProbeWindow, TimeWindow } from '../contracts.ts';
import { type K6Summary, k6Value } from '../providers/k6/summary.ts';
import type { Answer } from '../providers/provider.ts';
import { type Asking, ask } from './ask.ts';
import type { HypothesisProbe } from './schema.ts';
import { inWords, judge } from './tolerance.ts';

/** A longer text than this is cut in the journal. */
const longestText = 2_000;

/** Whether a probe looks back over a time, so that one look at the end of a window judges all of it. */
export const looksBack = ({ provider }: HypothesisProbe): boolean =>
  provider.type === 'prometheus' || provider.type === 'slo';

/**
 * Asks a probe once and judges the answer. Who was asked and failed has given an answer too, and it is a miss; what
 * could not be asked is told in `error`.
 */
export async function judgeProbe(
  probe: HypothesisProbe,
  window: ProbeWindow,
  during: TimeWindow,
  asking: Asking,
): Promise<ProbeResult> {
  const { provider, tolerance } = probe;
  const askedAtMs = Date.now();
  const startedAt = performance.now();
  const asked = () => ({ askedAtMs, tookMs: performance.now() - startedAt });
  let answer: Answer;
  try {
    answer = await ask({ provider, window: during, tolerance }, asking);
  } catch (error) {
    asking.call.signal.throwIfAborted();
    if (!isPadoError(error)) throw error;
    const query = typeof error.details.query === 'string' ? { query: error.details.query } : {};
    if (error.code !== 'ERR_PADO_PROVIDER')
      return { ...frame(probe, window), ...query, ...asked(), error: error.message };
    answer = { output: { failed: true, reason: error.message }, durationMs: performance.now() - startedAt };
  }
  const { looks } = answer;
  const first = looks?.firstMissMs === undefined ? {} : { firstMissMs: during.startMs + looks.firstMissMs };
  return {
    ...(await weigh(probe, window, answer, asking)),
    ...(looks === undefined ? {} : { looks: { ...looks, ...first } }),
    ...asked(),
  };
}

/** Judges a probe that reads k6's end-of-test summary. */
export async function judgeSummary(probe: HypothesisProbe, summary: K6Summary, asking: Asking): Promise<ProbeResult> {
  if (probe.provider.type !== 'k6') throw new TypeError('only k6 probes read a summary');
  const { metric, statistic = 'count' } = probe.provider;
  return weigh(probe, 'after', { output: k6Value(summary, metric, statistic), durationMs: 0 }, asking);
}

async function weigh(
  probe: HypothesisProbe,
  window: ProbeWindow,
  answer: Answer,
  asking: Asking,
): Promise<ProbeResult> {
  const { tolerance, provider, expect } = probe;
  const { output, samples, query } = answer;
  const base: ProbeResult = {
    ...frame(probe, window, answer.unit),
    ...(samples === undefined ? {} : { samples }),
    ...(query === undefined ? {} : { query }),
  };
  // A failure that is expected of the fault must not be there before it.
  const isBefore = expect === 'failure' && window === 'before';
  // What a function of Python returns is an answer, None too.
  if ((output === null || output === undefined) && provider.type !== 'python') {
    const { onNoData = 'inconclusive' } = provider as { readonly onNoData?: 'fail' | 'inconclusive' | 'pass' };
    return { ...base, met: isBefore ? true : { fail: false, inconclusive: null, pass: true }[onNoData] };
  }
  const { met, value } = await judge(answer, tolerance, asking);
  return {
    ...base,
    value,
    met: isBefore ? !met : met,
    ...(typeof output === 'object' ? { output: cut(output) } : {}),
  };
}

function frame(
  { name, tolerance, provider, expect, weight }: HypothesisProbe,
  window: ProbeWindow,
  unit = 'unit' in provider ? provider.unit : undefined,
): ProbeResult {
  const hasStatus = provider.type === 'http' || provider.type === 'process';
  const words = inWords(tolerance, unit, hasStatus);
  return {
    name,
    window,
    value: null,
    ...(unit === undefined ? {} : { unit }),
    expected: expect === 'failure' && window === 'before' ? `not yet: ${words}` : words,
    met: null,
    ...(expect === undefined ? {} : { expect }),
    ...(weight === undefined ? {} : { weight }),
  };
}

/** The same value with long texts cut. */
function cut(value: unknown): unknown {
  if (typeof value === 'string' && value.length > longestText) return `${value.slice(0, longestText)}…`;
  if (Array.isArray(value)) return value.slice(0, 100).map(cut);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cut(item)]));
}
