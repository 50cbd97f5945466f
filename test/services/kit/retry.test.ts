import t from 'tap';
import { PeerError, type PeerErrorReason } from '../../../services/kit/src/http/peer-error.ts';
import { withRetry } from '../../../services/kit/src/resilience/retry.ts';
import { failure } from '../../helpers/failure.ts';

const staying = new AbortController().signal;

/** An attempt that fails for the given reasons in turn, then succeeds. */
function failing(...reasons: (PeerErrorReason | 400 | 500)[]) {
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
  t.equal(await withRetry({ maxAttempts: 4 }, staying, () => retries++, attempt), 'answer');
  t.equal(calls(), 4);
  t.equal(retries, 3);
});

t.test('is bounded: the last failure is thrown', async (t) => {
  const { attempt, calls } = failing('connection', 'connection', 500, 'timeout');
  t.match(await failure(withRetry({ maxAttempts: 3 }, staying, () => {}, attempt)), { status: 500 });
  t.equal(calls(), 3);
});

for (const final of [400, 'deadline', 'bulkhead'] as const) {
  t.test(`${final} is final`, async (t) => {
    const { attempt, calls } = failing(final);
    await t.rejects(
      withRetry({ maxAttempts: 3 }, staying, () => {}, attempt),
      { name: 'PeerError' },
    );
    t.equal(calls(), 1);
  });
}

t.test('pauses in between as long as told, never shorter', async (t) => {
  const { attempt } = failing('connection', 'connection');
  const startedAt = performance.now();
  await withRetry({ maxAttempts: 3, backoffMs: 30 }, staying, () => {}, attempt);
  // A timer may fire up to a millisecond before its time.
  t.ok(performance.now() - startedAt >= 58);
});

t.test('a deadline that expires in a pause ends the call with the deadline', async (t) => {
  const { attempt, calls } = failing('connection');
  const deadline = new AbortController();
  const call = withRetry({ maxAttempts: 3, backoffMs: 60_000 }, deadline.signal, () => {}, attempt);
  setImmediate(() => deadline.abort(new PeerError('payments', 'deadline')));
  t.match(await failure(call), { name: 'PeerError', reason: 'deadline' });
  t.equal(calls(), 1);
});
