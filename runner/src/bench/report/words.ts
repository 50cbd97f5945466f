import { missing, number, share } from '../../report/facts/format.ts';
import type { Comparison } from '../contracts.ts';

/** How a metric is told to people. */
export interface MetricWords {
  readonly label: string;
  /** One sentence: what it is. */
  readonly meaning: string;
  readonly better: 'less' | 'more';
  /** A value with its unit. */
  readonly value: (value: number) => string;
  /** A difference's number, without sign and unit. */
  readonly size: (value: number) => string;
  /** Unit of the difference; a ratio has none. */
  readonly unit: string;
}

const plain = (value: number): string => (Number.isFinite(value) ? number(Math.abs(value)) : missing);
const sized = (unit: string) => ({
  value: (value: number) => `${number(value)}${unit === '' ? '' : ` ${unit}`}`,
  size: plain,
  unit,
});
const inPoints = {
  value: (value: number) => share(value),
  size: (value: number) => plain(value * 100),
  unit: 'points',
};
const less = { better: 'less' } as const;

const words: Readonly<Record<string, MetricWords>> = {
  sloLossSeconds: {
    ...{ label: 'SLO-loss area', ...less, ...sized('s') },
    meaning: 'What each second lacks to the goal, added up from injection to the end. The primary metric.',
  },
  lostGood: {
    ...{ label: 'Lost good answers', ...less, ...sized('') },
    meaning: 'Good answers that the share of the baseline would have given and the run did not.',
  },
  depth: {
    ...{ label: 'Depth', better: 'more', ...inPoints },
    meaning: 'The least share of good answers over five seconds in a row.',
  },
  ttrRevertSeconds: {
    ...{ label: 'Time to recover', ...less, ...sized('s') },
    meaning:
      'From revert to the first 30 s that are as good as the baseline. A run that did not recover counts with the time that it was watched, which is the least that it can be.',
  },
  leafAmplification: {
    ...{ label: 'Amplification at the leaf', ...less, ...sized('×') },
    meaning: 'Requests at the leaf for each request of a user, over those of the baseline.',
  },
  wastedShare: {
    ...{ label: 'Wasted work', ...less, ...inPoints },
    meaning: 'Share of the work that was done for callers who had left or stopped waiting.',
  },
  collateral: {
    ...{ label: 'Collateral', ...less, ...sized('') },
    meaning: 'Good answers lost on journeys that do not depend on the fault.',
  },
  p50Ms: { label: 'p50 in peace', ...less, ...sized('ms'), meaning: 'Median of the baseline: what the policies cost.' },
  p99Ms: {
    ...{ label: 'p99 in peace', ...less, ...sized('ms') },
    meaning: 'Of all requests of the baseline, failures at the deadline.',
  },
  p95Ms: {
    ...{ label: 'p95 in peace', ...less, ...sized('ms') },
    meaning: 'Of all requests of the baseline, failures at the deadline; under 1,000 requests, too few for a p99.',
  },
  cpuMsPerRequest: {
    ...{ label: 'CPU per request', ...less, ...sized('ms') },
    meaning: 'Of all services together, in the baseline.',
  },
  falseRejects: {
    ...{ label: 'False rejects', ...less, ...inPoints },
    meaning: 'Share of requests that were refused without a fault.',
  },
};

export const wordsOf = ({ metric, unit }: Pick<Comparison, 'metric' | 'unit'>): MetricWords =>
  words[metric] ?? { label: metric, meaning: '', ...less, ...sized(unit) };

/** With a true minus sign; of a value that is shown as 0 none. */
function signed(value: number, { size }: MetricWords): string {
  const text = size(value);
  return text === '0' || value === 0 ? text : `${value < 0 ? '−' : '+'}${text}`;
}

export function estimateOf(comparison: Comparison): string {
  const { scale, estimate } = comparison;
  if (scale === 'ratio') return `× ${number(estimate)}`;
  const metric = wordsOf(comparison);
  return `${signed(estimate, metric)}${metric.unit === '' ? '' : ` ${metric.unit}`}`;
}

/** Of one pair there is no interval: whatever is drawn from it again is that pair. */
export function intervalOf(comparison: Comparison): string {
  const { scale, interval, pairs } = comparison;
  if (pairs < 2) return missing;
  const bound = (value: number) => (scale === 'ratio' ? number(value) : signed(value, wordsOf(comparison)));
  return `[${bound(interval.low)}, ${bound(interval.high)}]`;
}

/** What is under the level is not rounded up to it. */
export function probability(p: number | undefined): string {
  if (p === undefined || !Number.isFinite(p)) return missing;
  if (p < 0.001) return '< 0.001';
  const text = p.toFixed(p < 0.1 ? 3 : 2);
  return p < 0.05 && Number(text) >= 0.05 ? p.toFixed(4) : text;
}

/** Whether the difference is one, and to which side: its interval is without the point of no difference, and p under 0.05. */
export function toneOf(comparison: Comparison): 'good' | 'bad' | 'unclear' {
  const { interval, scale, p, adjusted = p, estimate } = comparison;
  const none = scale === 'ratio' ? 1 : 0;
  if (adjusted >= 0.05 || (interval.low <= none && interval.high >= none)) return 'unclear';
  return estimate < none === (wordsOf(comparison).better === 'less') ? 'good' : 'bad';
}
