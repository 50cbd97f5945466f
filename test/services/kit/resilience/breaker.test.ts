import t from 'tap';
import { PeerError } from '../../../../services/kit/src/http/peer-error.ts';
import { type BreakerState, CircuitBreaker } from '../../../../services/kit/src/resilience/breaker.ts';
import { failure } from '../../../helpers/failure.ts';

const limits = { failurePercent: 50, windowMs: 10_000, minCalls: 4, openMs: 5_000, halfOpenCalls: 2 };
type Limits = Parameters<CircuitBreaker['run']>[0];

function breaker(random = () => 0.5) {
  const time = { now: 0 };
  const states: BreakerState[] = [];
  const made = new CircuitBreaker({
    name: 'payments',
    clock: () => time.now,
    random,
    onState: (state) => states.push(state),
  });
  const call = (error?: unknown, { ms = 0, policy = limits }: { ms?: number; policy?: Limits } = {}) =>
    failure(
      made.run(policy, async () => {
        time.now += ms;
        if (error !== undefined) throw error;
      }),
    );
  return { made, call, time, states };
}

const down = new PeerError('payments', 'connection');

async function opened(policy: Limits = limits, random?: () => number) {
  const it = breaker(random);
  for (let i = 0; i < limits.minCalls; i++) await it.call(down, { policy });
  return it;
}

t.test('opens at the share of failures, not below the least number of calls', async (t) => {
  const { call, made, states } = breaker();
  await call();
  await call(down);
  await call(down);
  t.equal(made.state, 0);
  await call();
  t.equal(made.state, 1, 'two of four');
  t.match(await call(), { name: 'PeerError', reason: 'breaker', peer: 'payments', sent: false, final: true });
  t.same(states, [0, 1]);
});

t.test('failures that are spread wider than the window do not open it', async (t) => {
  const { call, made, time } = breaker();
  for (let i = 0; i < 20; i++) {
    await call(down);
    time.now += 4_000;
  }
  t.equal(made.state, 0);
});

t.test('a 4xx is a success, a cancelled or unsent call counts neither way', async (t) => {
  const { call, made } = breaker();
  for (let i = 0; i < 10; i++) {
    await call(new PeerError('payments', 'status', { status: 404 }));
    await call(new PeerError('payments', 'cancelled'));
    await call(new PeerError('payments', 'bulkhead'));
  }
  t.equal(made.state, 0);
  for (let i = 0; i < 10; i++) await call(new PeerError('payments', 'status', { status: 500 }));
  t.equal(made.state, 1);
});

t.test('opens at the share of slow calls, although they succeed', async (t) => {
  const { call, made } = breaker();
  const policy = { ...limits, slowCallMs: 100, slowCallPercent: 50 };
  await call(undefined, { policy, ms: 100 });
  await call(undefined, { policy, ms: 100 });
  await call(undefined, { policy, ms: 101 });
  t.equal(made.state, 0);
  await call(undefined, { policy, ms: 101 });
  t.equal(made.state, 1);
});

t.test('after its time it lets only the trial calls through, and closes when they are well', async (t) => {
  const { made, time, states } = await opened();
  time.now += 4_999;
  t.equal(made.enter(limits), undefined);
  time.now += 1;
  const trials = [made.enter(limits), made.enter(limits)];
  t.equal(made.state, 0.5);
  t.equal(made.enter(limits), undefined, 'no third one');
  trials[0]?.end('success');
  t.equal(made.state, 0.5);
  trials[1]?.end('success');
  t.same(states, [0, 1, 0.5, 0]);
  t.ok(made.enter(limits));
});

t.test('opens again when the trial calls fail', async (t) => {
  const { call, time, states } = await opened();
  time.now += 5_000;
  await call();
  await call(down);
  t.same(states, [0, 1, 0.5, 1]);
  t.match(await call(), { reason: 'breaker' });
});

t.test('a cancelled trial call gives its place to another', async (t) => {
  const { made, time } = await opened();
  time.now += 5_000;
  const [first] = [made.enter(limits), made.enter(limits)];
  t.equal(made.enter(limits), undefined);
  first?.end('ignored');
  t.ok(made.enter(limits));
});

t.test('trial calls that never end do not keep it half open for ever', async (t) => {
  const { made, time } = await opened();
  time.now += 5_000;
  const lost = [made.enter(limits), made.enter(limits)];
  time.now += 5_000;
  const next = [made.enter(limits), made.enter(limits)];
  t.ok(next[0]);
  for (const permit of lost) permit?.end('failure');
  t.equal(made.state, 0.5, 'what comes late does not count');
  for (const permit of next) permit?.end('success');
  t.equal(made.state, 0);
});

t.test('calls from before it opened do not count as trials', async (t) => {
  const { made, call, time } = breaker();
  const early = [made.enter(limits), made.enter(limits)];
  for (let i = 0; i < 4; i++) await call(down);
  time.now += 5_000;
  t.ok(made.enter(limits));
  for (const permit of early) permit?.end('success');
  t.equal(made.state, 0.5);
});

t.test('after the trials the share of calls grows over the ramp', async (t) => {
  const policy = { ...limits, rampMs: 1_000 };
  const { call, time, made } = await opened(policy, () => 0.5);
  time.now += 5_000;
  await call(undefined, { policy });
  await call(undefined, { policy });
  t.equal(made.state, 0);
  time.now += 499;
  t.match(await call(undefined, { policy }), { reason: 'breaker' });
  time.now += 2;
  t.equal(await call(undefined, { policy }), undefined);
  time.now += 1_000;
  t.equal(await call(undefined, { policy }), undefined);
});

t.test("guards any work: which errors are failures is the caller's to say", async (t) => {
  const made = new CircuitBreaker({
    name: 'mailer',
    clock: () => 0,
    classify: (error) => (error instanceof RangeError ? 'success' : 'failure'),
  });
  for (let i = 0; i < 10; i++) await failure(made.run(limits, () => Promise.reject(new RangeError())));
  t.equal(made.state, 0);
  for (let i = 0; i < 10; i++) await failure(made.run(limits, () => Promise.reject(new Error())));
  t.equal(made.state, 1);
});
