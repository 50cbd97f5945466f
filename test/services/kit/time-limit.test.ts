import { mock } from 'node:test';
import t from 'tap';
import { withTimeLimit } from '../../../services/kit/src/resilience/time-limit.ts';
import { failure } from '../../helpers/failure.ts';

const limit = { peer: 'payments', ms: 100, reason: 'deadline' } as const;

/** Work that lasts until it is aborted. */
const endless = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

t.beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
t.afterEach(() => mock.timers.reset());

t.test('ends the work at the limit, not before', async (t) => {
  let ended = false;
  const call = failure(withTimeLimit(limit, undefined, endless)).finally(() => {
    ended = true;
  });
  mock.timers.tick(99);
  await new Promise(setImmediate);
  t.notOk(ended);
  mock.timers.tick(1);
  t.match(await call, { name: 'PeerError', peer: 'payments', reason: 'deadline' });
});

t.test('work that ends in time is left alone', async (t) => {
  let aborted = false;
  const answer = await withTimeLimit(limit, undefined, async (signal) => {
    signal.addEventListener('abort', () => {
      aborted = true;
    });
    return 'answer';
  });
  mock.timers.tick(1_000);
  t.equal(answer, 'answer');
  t.notOk(aborted);
});

t.test('time that is already over leaves no time to begin', async (t) => {
  let begun = false;
  const call = withTimeLimit({ ...limit, ms: 0 }, undefined, async () => {
    begun = true;
  });
  t.match(await failure(call), { reason: 'deadline' });
  t.notOk(begun);
});

t.test('the outer limit ends the work within', async (t) => {
  const outer = new AbortController();
  const call = withTimeLimit({ ...limit, reason: 'timeout' }, outer.signal, endless);
  outer.abort(new Error('outer'));
  t.match(await failure(call), { message: 'outer' });
});

t.test('without a limit nothing ends it', async (t) => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const call = withTimeLimit({ ...limit, ms: undefined }, undefined, () => promise);
  mock.timers.tick(600_000);
  resolve('late');
  t.equal(await call, 'late');
});
