import t from 'tap';
import {
  Bulkhead,
  CircuitBreaker,
  Hedger,
  RetryBudget,
  Throttle,
  withRetry,
  withTimeLimit,
} from '../../../../services/kit/src/resilience/index.ts';
import { failure } from '../../../helpers/failure.ts';

const budgetLimits = { perSuccess: 0.1, size: 10 };

/** All policies around a plain function, in the order that the HTTP client has. */
function guarded(work: (signal: AbortSignal) => Promise<string>) {
  const name = 'printer';
  const bulkhead = new Bulkhead(name);
  const throttle = new Throttle({ name });
  const budget = new RetryBudget();
  const hedger = new Hedger({ name });
  const breaker = new CircuitBreaker({ name });
  const limits = { failurePercent: 50, windowMs: 10_000, minCalls: 4, openMs: 600_000, halfOpenCalls: 1 };
  return () =>
    withTimeLimit({ peer: name, ms: 60_000, reason: 'deadline' }, undefined, (deadline) =>
      bulkhead.run({ maxConcurrent: 1, maxQueued: 5 }, deadline, () =>
        throttle.run({ k: 2, windowMs: 15_000 }, () =>
          withRetry({ maxAttempts: 3, budget: budgetLimits }, { signal: deadline, budget }, () =>
            hedger.run({ delayMs: 30_000, budgetPercent: 5 }, { signal: deadline }, (signal) =>
              breaker.run(limits, () =>
                withTimeLimit({ peer: name, ms: 30_000, reason: 'timeout' }, signal, (limited) => work(limited)),
              ),
            ),
          ),
        ),
      ),
    );
}

t.test('the policies fit around any work, one inside the other', async (t) => {
  let calls = 0;
  const print = guarded(async () => {
    if (++calls % 2 === 1) throw new Error('out of paper');
    return 'printed';
  });
  t.equal(await print(), 'printed');
  t.equal(calls, 2, 'repeated once');
});

t.test('an open breaker ends the retries of all calls', async (t) => {
  let calls = 0;
  const print = guarded(async () => {
    calls++;
    throw new Error('on fire');
  });
  t.match(await failure(print()), { message: 'on fire' });
  t.match(await failure(print()), { name: 'PeerError', reason: 'breaker', peer: 'printer' });
  t.match(await failure(print()), { reason: 'breaker' });
  t.equal(calls, 4);
});
