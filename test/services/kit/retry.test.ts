import t from 'tap';
import { PeerError, type PeerErrorReason } from '../../../services/kit/src/http/peer-error.ts';
import { withRetry } from '../../../services/kit/src/resilience/retry.ts';
import { RetryBudget } from '../../../services/kit/src/resilience/retry-budget.ts';
import { failure } from '../../helpers/failure.ts';

/** An attempt that fails for the given reasons in turn, then succeeds. */
function failing(...reasons: (PeerErrorReason | number)[]) {
  let calls = 0;
  return {
    calls: () => calls,
    attempt: async () => {
      const reason = reasons[calls++];
      if (reason === undefined) return 'answer';
      throw typeof reason === 'number'
        ? new PeerError('payments', 'status', { status: reason })
        : new PeerError('payments', reason);
    },
  };
}

t.test('repeats until it succeeds, and tells of each repetition', async (t) => {
  const { attempt, calls } = failing('connection', 500, 'timeout');
  let retries = 0;
  t.equal(await withRetry({ maxAttempts: 4 }, { onRetry: () => retries++ }, attempt), 'answer');
  t.equal(calls(), 4);
  t.equal(retries, 3);
});

t.test('is bounded: the last failure is thrown', async (t) => {
  const { attempt, calls } = failing('connection', 'connection', 500, 'timeout');
  t.match(await failure(withRetry({ maxAttempts: 3 }, {}, attempt)), { status: 500 });
  t.equal(calls(), 3);
});

for (const final of [400, 'deadline', 'bulkhead', 'breaker', 'throttle', 'cancelled'] as const) {
  t.test(`${final} is final`, async (t) => {
    const { attempt, calls } = failing(final);
    await t.rejects(withRetry({ maxAttempts: 3 }, {}, attempt), { name: 'PeerError' });
    t.equal(calls(), 1);
  });
}

t.test('pauses in between as long as told, never shorter', async (t) => {
  const { attempt } = failing('connection', 'connection');
  const startedAt = performance.now();
  await withRetry({ maxAttempts: 3, backoffMs: 30 }, {}, attempt);
  // A timer may fire up to a millisecond before its time.
  t.ok(performance.now() - startedAt >= 58);
});

t.test('a deadline that expires in a pause ends the call with the deadline', async (t) => {
  const { attempt, calls } = failing('connection');
  const deadline = new AbortController();
  const call = withRetry({ maxAttempts: 3, backoffMs: 60_000 }, { signal: deadline.signal }, attempt);
  setImmediate(() => deadline.abort(new PeerError('payments', 'deadline')));
  t.match(await failure(call), { name: 'PeerError', reason: 'deadline' });
  t.equal(calls(), 1);
});

t.test('waits a random share of a growing time, cut at the cap', async (t) => {
  const { attempt } = failing('connection', 'connection', 'connection', 'connection');
  const pauses: number[] = [];
  const sleep = async (ms: number) => pauses.push(ms);
  const jitter = { baseMs: 100, capMs: 300 };
  await withRetry({ maxAttempts: 5, jitter }, { sleep, random: () => 0.5 }, attempt);
  t.same(pauses, [50, 100, 150, 150]);
});

t.test('refuses a retry when the budget is empty, and says why', async (t) => {
  const limits = { maxAttempts: 5, budget: { perSuccess: 0.1, size: 2 } };
  const budget = new RetryBudget();
  const { attempt, calls } = failing(500, 500, 500, 500);
  const refused: string[] = [];
  const error = await failure(withRetry(limits, { budget, onRefused: (reason) => refused.push(reason) }, attempt));
  t.match(error, { status: 500, final: true });
  t.equal(calls(), 3, 'the first attempt and the two that the budget had');
  t.same(refused, ['budget']);
});

t.test('an answer below 500 earns for the budget as a success does', async (t) => {
  const limits = { maxAttempts: 2, budget: { perSuccess: 0.5, size: 1 } };
  const budget = new RetryBudget();
  await failure(withRetry(limits, { budget }, failing(500, 500).attempt));
  t.notOk(budget.spend(limits.budget), 'the one token is spent');
  await failure(withRetry(limits, { budget }, failing(404).attempt));
  await withRetry(limits, { budget }, failing().attempt);
  t.ok(budget.spend(limits.budget), 'two halves are one');
});

t.test('a marked answer is final for who heeds the marker, and for nobody else', async (t) => {
  const marked = () => {
    let calls = 0;
    const attempt = async () => {
      calls++;
      throw new PeerError('orders', 'status', { status: 503, final: true });
    };
    return { attempt, calls: () => calls };
  };
  const heeding = marked();
  const refused: string[] = [];
  const onRefused = (reason: string) => refused.push(reason);
  await failure(withRetry({ maxAttempts: 3, heedMarker: true }, { onRefused }, heeding.attempt));
  t.equal(heeding.calls(), 1);
  t.same(refused, ['marker']);
  const naive = marked();
  await failure(withRetry({ maxAttempts: 3 }, { onRefused }, naive.attempt));
  t.equal(naive.calls(), 3);
  t.same(refused, ['marker']);
});

t.test('only a failure after retries is marked for the layer above', async (t) => {
  t.match(await failure(withRetry({ maxAttempts: 2 }, {}, failing(500, 500).attempt)), { final: true });
  t.match(await failure(withRetry({ maxAttempts: 1 }, {}, failing(500).attempt)), { final: false });
  t.match(await failure(withRetry({ maxAttempts: 2 }, {}, failing(404).attempt)), { final: false });
});

t.test(
  'time that is up in a pause is marked for the layer above, and the token of the retry is given back',
  async (t) => {
    const controller = new AbortController();
    const budget = new RetryBudget();
    const limits = { maxAttempts: 3, jitter: { baseMs: 100, capMs: 100 }, budget: { perSuccess: 0, size: 5 } };
    const sleep = async () => {
      controller.abort(new PeerError('orders', 'deadline'));
      throw new DOMException('stop', 'AbortError');
    };
    const { attempt, calls } = failing(500, 500);
    const error = await failure(withRetry(limits, { signal: controller.signal, budget, sleep }, attempt));
    t.match(error, { reason: 'deadline', final: true });
    t.equal(calls(), 1);
    t.equal(spendable(budget, limits.budget), 5);
  },
);

const spendable = (budget: RetryBudget, limits: { perSuccess: number; size: number }): number => {
  for (let count = 0; ; count++) if (!budget.spend(limits)) return count;
};

t.test('repeats any work that fails, but not what was aborted', async (t) => {
  let calls = 0;
  const flaky = async () => {
    if (++calls < 3) throw new Error('flaky');
    return calls;
  };
  t.equal(await withRetry({ maxAttempts: 3 }, {}, flaky), 3);
  let aborted = 0;
  const abort = async () => {
    aborted++;
    throw new DOMException('stop', 'AbortError');
  };
  await t.rejects(withRetry({ maxAttempts: 3 }, {}, abort), { name: 'AbortError' });
  t.equal(aborted, 1);
});
