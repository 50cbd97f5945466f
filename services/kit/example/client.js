import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { CircuitBreaker, PeerError, RetryBudget, withRetry, withTimeLimit } from '@pado/kit/resilience';
import { startServer } from './server.js';

/** Policies are plain data, and come with each call: change them while the program runs. */
const policy = {
  deadlineMs: 2_000,
  breaker: { failurePercent: 50, windowMs: 30_000, minCalls: 20, openMs: 1_000, halfOpenCalls: 5 },
  retry: {
    maxAttempts: 3,
    jitter: { baseMs: 10, capMs: 50 },
    budget: { perSuccess: 0.1, size: 10 },
  },
};

const server = await startServer();
// What remembers is shared by all calls to one peer.
const breaker = new CircuitBreaker({ name: 'stock' });
const budget = new RetryBudget();

/** From the outside in: the deadline for everything, the breaker for the call, retries, one attempt. */
const call = () =>
  withTimeLimit({ peer: 'stock', ms: policy.deadlineMs, reason: 'deadline' }, undefined, (signal) =>
    breaker.run(policy.breaker, () => withRetry(policy.retry, { signal, budget }, () => attempt(signal))),
  );

/** The signal cancels the request: a timeout that does not cancel leaves the work to the server. */
async function attempt(signal) {
  const response = await fetch(server.url, { signal });
  await response.arrayBuffer();
  // fetch resolves for a 503 too; the policies see failures as errors.
  if (response.status >= 500) throw new PeerError('stock', 'status', { status: response.status });
}

/** Calls one after the other, and tells what became of them and how many attempts reached the server. */
async function phase(mode, calls) {
  const before = server.requests;
  const outcomes = {};
  server.mode = mode;
  for (let n = 0; n < calls; n++) {
    const outcome = await call().then(
      () => 'answered',
      (error) => error.reason,
    );
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  console.log(JSON.stringify({ mode, calls, attempts: server.requests - before, ...outcomes }));
}

await phase('well', 30);
await phase('down', 100); // naive: 300 attempts
await sleep(policy.breaker.openMs);
await phase('well', 30); // the first five are trials
const abandoned = once(server.events, 'abandoned');
await phase('silent', 1);
await abandoned; // the server knows that nobody waits
console.log('cancelled');
await server.close();
