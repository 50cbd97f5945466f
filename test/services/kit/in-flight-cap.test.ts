import { InFlightCap } from '@pado/kit';
import t from 'tap';
import { failure } from '../../helpers/failure.ts';

const staying = () => new AbortController().signal;

t.test('admits up to the cap, then first come first served', async (t) => {
  const seen: number[][] = [];
  const cap = new InFlightCap({
    maxInFlight: 2,
    maxQueued: 10,
    queueTimeoutMs: 60_000,
    onChange: (...counts) => seen.push(counts),
  });
  const releases = [await cap.enter(staying()), await cap.enter(staying())];
  const order: string[] = [];
  const waiting = ['first', 'second', 'third'].map(async (name) => {
    const release = await cap.enter(staying());
    order.push(name);
    return release;
  });
  t.same(seen.at(-1), [2, 3]);
  releases[0]?.();
  releases[0]?.();
  const first = await waiting[0];
  t.same(order, ['first'], 'releasing twice frees one slot only');
  releases[1]?.();
  first?.();
  (await waiting[1])?.();
  (await waiting[2])?.();
  t.same(order, ['first', 'second', 'third']);
  t.same(seen.at(-1), [0, 0]);
});

t.test('refuses what the queue cannot hold, and what has waited too long', async (t) => {
  const shed: string[] = [];
  const cap = new InFlightCap({
    maxInFlight: 1,
    maxQueued: 1,
    queueTimeoutMs: 5,
    onShed: (reason) => shed.push(reason),
  });
  const release = await cap.enter(staying());
  const waiting = cap.enter(staying());
  t.match(await failure(cap.enter(staying())), { status: 503, headers: { 'retry-after': '1' } });
  t.match(await failure(waiting), { status: 503, message: /queue-timeout/ });
  t.same(shed, ['queue-full', 'queue-timeout']);
  release();
  (await cap.enter(staying()))();
});

t.test('a client that leaves gives up its place', async (t) => {
  let queued = 0;
  const cap = new InFlightCap({
    maxInFlight: 1,
    maxQueued: 5,
    queueTimeoutMs: 60_000,
    onChange: (_, count) => {
      queued = count;
    },
  });
  const release = await cap.enter(staying());
  const leaving = new AbortController();
  const gone = cap.enter(leaving.signal);
  leaving.abort();
  t.match(await failure(gone), { status: 499 });
  t.equal(queued, 0);
  release();
  (await cap.enter(staying()))();
});
