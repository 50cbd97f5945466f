import type { BenchSummary, Comparison } from './contracts.ts';

/** The sign-flip test's least p is 2 / 2ⁿ: five pairs cannot go below 0.0625, six reach 0.031. */
export const fewestPairs = 6;
const level = 0.05;
/** A benchmark that loses more of its pairs than this is a benchmark of the pairs that the machine happened to bear. */
const mostVoidShare = 0.25;
/** How far above what two identical systems seem to differ by a difference must lie. */
const noiseFactor = 2;

export interface ClaimInput {
  /** Loss of SLO; null without pairs. */
  readonly primary: Comparison | null;
  readonly quick: boolean;
  /** Pairs that count. */
  readonly pairs: number;
  readonly voidPairs: number;
  /** Half width of the interval of an A/A benchmark; null when none was run. */
  readonly noiseFloor: number | null;
  /** Whether that benchmark's interval contained 0; default true. */
  readonly gatePassed?: boolean;
}

export interface Reason {
  readonly why: string;
  readonly remedy: string;
}

export interface Claim {
  readonly claim: BenchSummary['claim'];
  /** Why nothing may be claimed; empty otherwise. */
  readonly reasons: readonly Reason[];
  /** What a claim lacks. */
  readonly caveats: readonly string[];
}

/** Whether b may be called better or worse than a. Less loss is better. */
export function claimOf(input: ClaimInput): Claim {
  const { primary, noiseFloor } = input;
  const reasons = reasonsOf(input);
  const caveats =
    noiseFloor === null
      ? [
          'no A/A gate was run: how far two identical arms differ on this machine is not known (pado bench with --a and --b the same)',
        ]
      : [];
  if (reasons.length > 0 || primary === null) return { claim: 'none', reasons, caveats };
  return { claim: primary.estimate < 0 ? 'better' : 'worse', reasons, caveats };
}

function reasonsOf({ primary, quick, pairs, voidPairs, noiseFloor, gatePassed = true }: ClaimInput): Reason[] {
  // What follows is arithmetic on too little; it would only hide the first reason.
  if (quick) return [{ why: '--quick makes one pair only', remedy: 'run it without --quick' }];
  const reasons: Reason[] = [];
  const voidShare = voidPairs / (pairs + voidPairs);
  if (voidShare > mostVoidShare)
    reasons.push({
      why: `${voidPairs} of ${pairs + voidPairs} pairs are void`,
      remedy: 'free the machine of other work and run the command again, which makes void runs anew',
    });
  if (pairs < fewestPairs || primary === null) {
    const why = `${count(pairs)}, and fewer than ${fewestPairs} cannot reach p < ${level}`;
    return [...reasons, { why, remedy: `run at least ${fewestPairs} pairs (--pairs 8)` }];
  }
  const { low, high } = primary.interval;
  // Adding pairs until p is small finds differences that are not there: their number is fixed beforehand.
  const more = `run more pairs from the start (--pairs ${2 * pairs} --fresh)`;
  if (low <= 0 && high >= 0) reasons.push({ why: 'the interval of the difference contains 0', remedy: more });
  if (primary.p >= level) reasons.push({ why: `p is not under ${level}`, remedy: more });
  if (!gatePassed)
    reasons.push({
      why: 'the A/A gate failed: two identical arms differed on this machine',
      remedy: 'free the machine of other work and run the A/A gate again with another seed',
    });
  if (noiseFloor !== null && Math.abs(primary.estimate) <= noiseFactor * noiseFloor)
    reasons.push({
      why: `the difference, ${seconds(Math.abs(primary.estimate))}, is not above twice the noise floor of ${seconds(noiseFloor)}`,
      remedy: 'use a quieter machine and run the A/A gate again, or a trigger that costs more',
    });
  return reasons;
}

export interface Gate {
  readonly passed: boolean;
  /** Half width of the interval, in the primary metric's unit; null when it cannot be told. */
  readonly noiseFloor: number | null;
  readonly text: string;
}

/** The A/A gate: two arms that are the same must not be told apart. */
export function gateOf(primary: Comparison | null): Gate {
  if (primary === null || primary.pairs < fewestPairs) {
    const pairs = count(primary?.pairs ?? 0);
    return { passed: false, noiseFloor: null, text: `A/A: ${pairs} say nothing; run at least ${fewestPairs}.` };
  }
  const { low, high } = primary.interval;
  const noiseFloor = (high - low) / 2;
  const interval = `[${signed(low)}, ${signed(high)}] s of SLO, ${count(primary.pairs)}`;
  if (low <= 0 && high >= 0)
    return { passed: true, noiseFloor, text: `A/A passed: ${interval}; the noise floor is ${seconds(noiseFloor)}.` };
  // One in twenty fair machines fails by chance, since the interval is one of 95%.
  const text = `A/A failed: ${interval} does not contain 0. This machine is too noisy or biased for a claim: free it of other work, then run the gate again with another seed (one in twenty fails by chance).`;
  return { passed: false, noiseFloor, text };
}

const count = (pairs: number): string => `${pairs} ${pairs === 1 ? 'pair' : 'pairs'}`;
const seconds = (value: number): string => `${value.toFixed(value < 1 ? 2 : 1)} s`;
const signed = (value: number): string =>
  `${value < 0 ? '−' : ''}${Math.abs(value).toFixed(Math.abs(value) < 1 ? 2 : 1)}`;
