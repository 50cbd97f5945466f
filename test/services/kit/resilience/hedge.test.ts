import { mock } from 'node:test';
import fc from 'fast-check';
import t from 'tap';
import { PeerError } from '../../../../services/kit/src/http/peer-error.ts';
import { Hedger } from '../../../../services/kit/src/resilience/hedge.ts';
import { failure } from '../../../helpers/failure.ts';

t.beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
t.afterEach(() => mock.timers.reset());

const settled = () => new Promise(setImmediate);

/** Attempts that end when told; each remembers its signal. */
function attempts() {
  const made: { signal: AbortSignal; isHedge: boolean; answer(value: string): void; fail(error: unknown): void }[] = [];
  const attempt = (signal: AbortSignal, isHedge: boolean) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    signal.addEventListener('abort', () => reject(signal.reason));
    made.push({ signal, isHedge, answer: resolve, fail: reject });
    return promise;
  };
  return { made, attempt };
}

const hedger = (onHedge?: () => void) => new Hedger({ name: 'catalog', onHedge, clock: () => 0 });

t.test(
  'makes a second attempt after the delay, not before; the first answer wins, the loser is cancelled',
  async (t) => {
    const { made, attempt } = attempts();
    let hedges = 0;
    const call = hedger(() => hedges++).run({ delayMs: 100 }, {}, attempt);
    mock.timers.tick(99);
    t.equal(made.length, 1);
    mock.timers.tick(1);
    t.same(
      made.map(({ isHedge }) => isHedge),
      [false, true],
    );
    made[1]?.answer('second');
    t.equal(await call, 'second');
    t.match(made[0]?.signal.reason, { name: 'PeerError', reason: 'cancelled', peer: 'catalog' });
    t.notOk(made[1]?.signal.aborted, 'the winner is left alone');
    t.equal(hedges, 1);
  },
);

t.test('an answer in time makes no second attempt', async (t) => {
  const { made, attempt } = attempts();
  const call = hedger().run({ delayMs: 100 }, {}, attempt);
  made[0]?.answer('first');
  t.equal(await call, 'first');
  mock.timers.tick(1_000);
  t.equal(made.length, 1);
});

t.test('without a fixed delay it is the one that the call brings, and none without that', async (t) => {
  const { made, attempt } = attempts();
  const it = hedger();
  const calls = [it.run({}, { delayMs: 30 }, attempt), it.run({}, {}, attempt)];
  mock.timers.tick(60_000);
  t.equal(made.length, 3);
  for (const { answer } of made) answer('x');
  await Promise.all(calls);
});

t.test('a failure before the delay is final, one of two attempts leaves the other its chance', async (t) => {
  const early = attempts();
  const first = failure(hedger().run({ delayMs: 100 }, {}, early.attempt));
  early.made[0]?.fail(new Error('early'));
  t.match(await first, { message: 'early' });
  mock.timers.tick(200);
  t.equal(early.made.length, 1);

  const late = attempts();
  const second = hedger().run({ delayMs: 100 }, {}, late.attempt);
  mock.timers.tick(100);
  late.made[1]?.fail(new PeerError('catalog', 'breaker'));
  await settled();
  late.made[0]?.answer('after all');
  t.equal(await second, 'after all');
});

t.test('a refusal below 500 is an answer: it ends the call and cancels the other attempt', async (t) => {
  const { made, attempt } = attempts();
  const call = failure(hedger().run({ delayMs: 100 }, {}, attempt));
  mock.timers.tick(100);
  made[0]?.fail(new PeerError('catalog', 'status', { status: 404 }));
  t.match(await call, { status: 404 });
  t.match(made[1]?.signal.reason, { reason: 'cancelled' });
});

t.test('the outer signal ends both attempts with its own reason', async (t) => {
  const { made, attempt } = attempts();
  const outer = new AbortController();
  const call = failure(hedger().run({ delayMs: 100 }, { signal: outer.signal }, attempt));
  mock.timers.tick(100);
  outer.abort(new PeerError('catalog', 'deadline'));
  t.match(await call, { reason: 'deadline' });
  t.ok(made.every(({ signal }) => signal.aborted));
});

t.test('tells how long the first attempt had taken when it lost', async (t) => {
  const { made, attempt } = attempts();
  let now = 0;
  const late: number[] = [];
  const it = new Hedger({ name: 'catalog', clock: () => now });
  const call = it.run({ delayMs: 100 }, { onLate: (ms) => late.push(ms) }, attempt);
  mock.timers.tick(100);
  now = 130;
  made[1]?.answer('second');
  await call;
  t.same(late, [130]);
});

t.test('when everything is slow, hedges are never more than their share of the calls', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 100 }),
      fc.integer({ min: 1, max: 200 }),
      async (budgetPercent, calls) => {
        let hedges = 0;
        const it = hedger(() => hedges++);
        for (let call = 1; call <= calls; call++) {
          const { made, attempt } = attempts();
          const running = it.run({ delayMs: 10, budgetPercent }, {}, attempt);
          mock.timers.tick(10);
          made[0]?.answer('slow');
          await running;
          if (hedges * 100 > budgetPercent * call) return false;
        }
        return hedges === Math.floor((budgetPercent * calls) / 100);
      },
    ),
    { numRuns: 30 },
  );
  t.pass('for 30 random budgets');
});
