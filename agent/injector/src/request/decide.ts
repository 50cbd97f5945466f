import type { RequestFacts } from './facts.ts';
import type { Outcome, Plan, Rule, Throttle, Truncation } from './rule.ts';
import type { Part } from './wait.ts';

const strength = { error: 1, 'not-found': 1, abort: 2 } as const;

const isStronger = (outcome: Outcome, than: Outcome | undefined): boolean =>
  than === undefined || strength[outcome.kind] > strength[than.kind];

/**
 * What the rules in force do to a request: delays add, the strongest error, the slowest line and the shortest answer
 * win, and only what acts is counted as applied. A request that gets no real answer has no `after`: it waits for the
 * whole sum before it fails.
 */
export function decide(rules: Iterable<Rule>, request: RequestFacts): Plan | undefined {
  const before: Part[] = [];
  const after: Part[] = [];
  let winner: { rule: Rule; outcome: Outcome } | undefined;
  let throttle: Throttle | undefined;
  let truncation: Truncation | undefined;
  for (const rule of rules) {
    if (!rule.inForce() || !rule.fits(request)) continue;
    rule.evidence.matched += 1;
    if (!rule.isHit(request)) continue;
    const { action } = rule;
    if (action.type === 'outcome') {
      if (isStronger(action.outcome, winner?.outcome)) winner = { rule, outcome: action.outcome };
    } else if (action.type === 'throttle') {
      if (action.bytesPerSecond < (throttle?.bytesPerSecond ?? Number.POSITIVE_INFINITY))
        throttle = { rule, bytesPerSecond: action.bytesPerSecond };
    } else if (action.type === 'truncate') {
      if (action.afterBytes < (truncation?.afterBytes ?? Number.POSITIVE_INFINITY))
        truncation = { rule, afterBytes: action.afterBytes };
    } else {
      rule.evidence.applied += 1;
      (action.at === 'before' ? before : after).push({ rule, ms: action.nextMs() });
    }
  }
  if (winner) {
    winner.rule.evidence.applied += 1;
    const applied = [...before, ...after, winner].map(({ rule }) => rule);
    return { before: [...before, ...after], after: [], outcome: winner.outcome, applied };
  }
  if (throttle) throttle.rule.evidence.applied += 1;
  const applied = [...before, ...after, ...(throttle ? [throttle] : []), ...(truncation ? [truncation] : [])];
  if (applied.length === 0) return undefined;
  return {
    ...{ before, after, applied: applied.map(({ rule }) => rule) },
    ...(throttle && { throttle }),
    ...(truncation && { truncation }),
  };
}
