import t from 'tap';
import { PeerError } from '../../../../services/kit/src/http/peer-error.ts';
import { Throttle } from '../../../../services/kit/src/resilience/throttle.ts';
import { failure } from '../../../helpers/failure.ts';

const limits = { k: 2, windowMs: 15_000 };
const refuse = () => Promise.reject(new PeerError('payments', 'status', { status: 503 }));

function throttle({ random = () => 0.999_999, ...rest }: { random?: () => number; onRefused?: () => void } = {}) {
  const time = { now: 0 };
  return { time, made: new Throttle({ name: 'payments', clock: () => time.now, random, ...rest }) };
}

t.test('a peer that accepts half of the requests is not spared, one that accepts fewer is', async (t) => {
  const { made } = throttle();
  for (let i = 0; i < 50; i++) await made.run(limits, async () => 'yes');
  for (let i = 0; i < 50; i++) await failure(made.run(limits, refuse));
  t.equal(made.refusal(limits), 0);
  for (let i = 0; i < 100; i++) await failure(made.run(limits, refuse));
  t.equal(made.refusal(limits), (200 - 2 * 50) / 201);
});

t.test('refuses by that chance, and its refusals count as requests', async (t) => {
  let refused = 0;
  const { made } = throttle({ random: () => 0.5, onRefused: () => refused++ });
  for (let i = 0; i < 10; i++) await failure(made.run(limits, refuse));
  let sent = false;
  const call = made.run(limits, async () => {
    sent = true;
  });
  t.match(await failure(call), { name: 'PeerError', reason: 'throttle', peer: 'payments', sent: false, final: true });
  t.notOk(sent);
  t.equal(refused, 1);
  t.equal(made.refusal(limits), 11 / 12);
});

t.test('requests count before they are answered', async (t) => {
  const { made } = throttle();
  const { promise, resolve } = Promise.withResolvers<void>();
  const calls = Array.from({ length: 10 }, () => made.run(limits, () => promise));
  t.equal(made.refusal(limits), 10 / 11);
  resolve();
  await Promise.all(calls);
  t.equal(made.refusal(limits), 0);
});

t.test('the first few of a burst say nothing', async (t) => {
  const { made } = throttle();
  for (let i = 0; i < 9; i++) await failure(made.run(limits, refuse));
  t.equal(made.refusal(limits), 0);
});

t.test('forgets what is older than the window', async (t) => {
  const { made, time } = throttle();
  for (let i = 0; i < 20; i++) await failure(made.run(limits, refuse));
  t.ok(made.refusal(limits) > 0.9);
  time.now = 15_000;
  t.equal(made.refusal(limits), 0);
});

t.test('a 4xx is accepted, a cancelled call counts as never made', async (t) => {
  const { made } = throttle();
  for (let i = 0; i < 20; i++) {
    await failure(made.run(limits, () => Promise.reject(new PeerError('payments', 'status', { status: 402 }))));
    await failure(made.run(limits, () => Promise.reject(new PeerError('payments', 'cancelled'))));
  }
  t.equal(made.refusal({ ...limits, k: 1 }), 0);
});
