/**
 * The policies alone, for any program and any asynchronous work: nothing here needs a service, a client or a registry.
 * Each is given its limits with every use, so that they can change while it runs, and throws a {@link PeerError} when it refuses.
 */
export { PeerError, type PeerErrorReason } from '../http/peer-error.ts';
export { type Backoff, pauseMs } from './backoff.ts';
export { type BreakerLimits, type BreakerOptions, type BreakerState, CircuitBreaker, type Permit } from './breaker.ts';
export { Bulkhead, type BulkheadLimits } from './bulkhead.ts';
export { type Classify, classifyError, isRepeatable, type Outcome } from './classify.ts';
export { type HedgedCall, type HedgeLimits, Hedger, type HedgerOptions } from './hedge.ts';
export { LatencyWindow } from './latency-window.ts';
export { type RetryOptions, type RetryRefusal, type RetryTools, withRetry } from './retry.ts';
export { RetryBudget, type RetryBudgetLimits } from './retry-budget.ts';
export { SingleFlight } from './single-flight.ts';
export { Throttle, type ThrottleLimits, type ThrottleOptions } from './throttle.ts';
export { withTimeLimit } from './time-limit.ts';
