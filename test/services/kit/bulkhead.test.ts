import t from 'tap';
import { Bulkhead } from '../../../services/kit/src/resilience/bulkhead.ts';
import { failure } from '../../helpers/failure.ts';

const staying = new AbortController().signal;

/** A call that ends when told. */
function held() {
  const { promise, resolve } = Promise.withResolvers<string>();
  return { work: () => promise, finish: resolve };
}

t.test('lets through what it may, queues in order, refuses the rest', async (t) => {
  const limits = { maxConcurrent: 1, maxQueued: 2 };
  const bulkhead = new Bulkhead('payments');
  const [a, b, c] = [held(), held(), held()];
  const order: string[] = [];
  const calls = [a, b, c].map((call, index) =>
    bulkhead.run(limits, staying, call.work).then((name) => order.push(`${index}${name}`)),
  );
  await t.rejects(
    bulkhead.run(limits, staying, async () => 'newcomer'),
    { name: 'PeerError', reason: 'bulkhead', peer: 'payments' },
  );
  c.finish('c');
  b.finish('b');
  a.finish('a');
  await Promise.all(calls);
  t.same(order, ['0a', '1b', '2c'], 'whoever waits longest goes first');
});

t.test('a failing call frees its place', async (t) => {
  const bulkhead = new Bulkhead('payments');
  const limits = { maxConcurrent: 1, maxQueued: 0 };
  await t.rejects(
    bulkhead.run(limits, staying, () => Promise.reject(new Error('no'))),
    { message: 'no' },
  );
  t.equal(await bulkhead.run(limits, staying, async () => 'yes'), 'yes');
});

t.test('a call whose time runs out leaves the queue', async (t) => {
  const bulkhead = new Bulkhead('payments');
  const limits = { maxConcurrent: 1, maxQueued: 1 };
  const first = held();
  const running = bulkhead.run(limits, staying, first.work);
  const deadline = new AbortController();
  const waiting = bulkhead.run(limits, deadline.signal, async () => 'never');
  deadline.abort(new Error('too late'));
  t.match(await failure(waiting), { message: 'too late' });
  const next = bulkhead.run(limits, staying, async () => 'next');
  first.finish('first');
  t.same(await Promise.all([running, next]), ['first', 'next']);
});

t.test('lowered limits are in force with the next call', async (t) => {
  const bulkhead = new Bulkhead('payments');
  const [a, b] = [held(), held()];
  const running = [a, b].map((call) => bulkhead.run({ maxConcurrent: 2, maxQueued: 0 }, staying, call.work));
  a.finish('a');
  await running[0];
  t.match(await failure(bulkhead.run({ maxConcurrent: 1, maxQueued: 0 }, staying, async () => 'x')), {
    reason: 'bulkhead',
  });
  b.finish('b');
  await running[1];
});
