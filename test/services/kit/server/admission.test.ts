import t from 'tap';
import { stand } from './admission-stand.ts';

t.test('without slots and policy everybody comes in at once, and nothing is timed', async (t) => {
  const { come, told, clock } = stand({ slots: Number.POSITIVE_INFINITY });
  const requests = Array.from({ length: 50 }, (_, index) => come(String(index)));
  t.equal(told.begun.length, 50);
  t.equal(told.working, 50);
  t.same(told.waits, []);
  t.equal(clock.pending, 0);
  for (const request of requests) request.answer();
  t.equal(told.working, 0);
});

t.test('a slot is held for the service time even if the answer is out at once', async (t) => {
  const { come, told, clock } = stand({ serviceTimeMs: 20 });
  come('a').answer();
  come('b');
  clock.advance(19);
  t.same(told.begun, ['a']);
  clock.advance(1);
  t.same(told.begun, ['a', 'b']);
  t.same(told.waits, [0, 20]);
});

t.test('a slot is held until the answer is out even if that takes longer than the service time', async (t) => {
  const { come, told, clock } = stand({ serviceTimeMs: 20 });
  const slow = come('slow');
  come('next');
  clock.advance(1_000);
  slow.finishWork();
  t.same(told.begun, ['slow'], 'a finished handler is not yet an answer: a fault may delay it');
  slow.answer();
  t.same(told.begun, ['slow', 'next']);
});

t.test('2 slots of 20 ms begin 100 requests in a second, first come first served', async (t) => {
  const { come, told, clock } = stand({ slots: 2, serviceTimeMs: 20 });
  const requests = Array.from({ length: 200 }, (_, index) => come(String(index)));
  let answered = 0;
  for (let ms = 0; ms < 1_000; ms++) {
    while (answered < told.begun.length) requests[answered++]?.answer();
    clock.advance(1);
  }
  t.equal(told.begun.length, 102, 'the two that begin at the end included');
  t.same(
    told.begun,
    requests.slice(0, 102).map((_, index) => String(index)),
  );
});

t.test('naive: the work is done for callers that left in the queue and while it went on', async (t) => {
  const { come, told } = stand();
  const working = come('working');
  const queued = come('queued');
  come('patient');
  working.leave();
  queued.leave();
  t.same(told.cancelled, []);
  t.equal(told.waiting, 2, 'the queued one keeps its place');
  working.finishWork();
  t.same(told.begun, ['working', 'queued']);
  queued.finishWork();
  t.same(told.begun, ['working', 'queued', 'patient']);
  t.equal(told.wasted, 2);
  t.same(told.abandoned, []);
});

t.test('naive: work for a caller that has left keeps its slot for the service time', async (t) => {
  const { come, told, clock } = stand({ serviceTimeMs: 20 });
  const working = come('working');
  come('next');
  working.leave();
  working.finishWork();
  clock.advance(19);
  t.same(told.begun, ['working']);
  clock.advance(1);
  t.same(told.begun, ['working', 'next']);
});

t.test('naive: an answer after the deadline counts as wasted, one before it does not', async (t) => {
  const { come, told, clock } = stand({ slots: 2 });
  const late = come('late', { deadlineMs: 10 });
  const timely = come('timely', { deadlineMs: 100 });
  clock.advance(50);
  late.answer();
  timely.answer();
  t.equal(told.wasted, 1);
});

t.test('dropAbandoned: who leaves gives up the place, and the slot is free when the work has ended', async (t) => {
  const { come, told } = stand({ serviceTimeMs: 20, policy: { dropAbandoned: true } });
  const working = come('working');
  const queued = come('queued');
  come('patient');
  queued.leave();
  t.equal(told.waiting, 1);
  working.leave();
  t.same(told.cancelled, ['working: client_closed_request']);
  t.same(told.begun, ['working'], 'work that does not hear of it still holds its slot');
  t.same(told.abandoned, ['queued', 'working']);
  working.finishWork();
  t.same(told.begun, ['working', 'patient'], 'which is free before the service time is over');
  t.equal(told.wasted, 0);
  t.equal(told.working, 1);
});

t.test('dropAbandoned: a deadline ends the wait and the work', async (t) => {
  const { come, told, clock } = stand({ policy: { dropAbandoned: true } });
  const working = come('working', { deadlineMs: 100 });
  come('queued', { deadlineMs: 50 });
  clock.advance(50);
  t.same(told.refused, ['queued: deadline_exceeded']);
  t.same(told.abandoned, ['queued']);
  clock.advance(50);
  t.same(told.cancelled, ['working: deadline_exceeded']);
  t.same(told.abandoned, ['queued', 'working']);
  working.finishWork();
  t.equal(told.working, 0);
  t.equal(told.wasted, 0);
});

t.test(
  'dropAbandoned: what has less time left than the median of service is refused; when that is old, it is tried',
  async (t) => {
    const { come, told, clock } = stand({ policy: { dropAbandoned: true } });
    for (let index = 0; index < 30; index++) {
      const request = come(`sample ${index}`);
      clock.advance(40);
      request.answer();
    }
    come('short of time', { deadlineMs: 39 });
    t.same(told.refused, ['short of time: deadline_exceeded']);
    const enough = come('enough', { deadlineMs: 41 });
    t.equal(told.begun.at(-1), 'enough');
    enough.answer();
    clock.advance(5_000);
    come('tried', { deadlineMs: 39 });
    t.equal(told.begun.at(-1), 'tried');
  },
);

t.test('a switch to dropAbandoned acts on those that wait already', async (t) => {
  const { come, told, set } = stand();
  const working = come('working');
  const left = [come('a'), come('b'), come('c')];
  come('patient');
  for (const request of left) request.leave();
  set({ dropAbandoned: true });
  working.answer();
  t.same(told.begun, ['working', 'patient']);
  t.same(told.abandoned, ['queued', 'queued', 'queued']);
});

t.test('ten thousand abandoned requests are worked off without a deep stack', async (t) => {
  const { come, told, set } = stand();
  const working = come('working');
  for (let index = 0; index < 10_000; index++) come('dead').leave();
  set({ dropAbandoned: true });
  working.answer();
  t.equal(told.waiting, 0);
  t.equal(told.abandoned.length, 10_000);
});

t.test("a proxy's waiters that leave are dropped, and work for one that has left holds no slot", async (t) => {
  const { come, told } = stand({ proxy: { maxQueued: 5, queueTimeoutMs: 1_000 } });
  const working = come('working');
  come('queued').leave();
  come('next');
  working.leave();
  t.same(told.begun, ['working', 'next']);
  t.same(told.cancelled, [], 'its calls go on');
  working.finishWork();
  t.equal(told.wasted, 1);
  t.equal(told.working, 1, 'a slot is given back once');
});

t.test('refuses above maxInFlight, waiting ones included', async (t) => {
  const { come, told } = stand({ policy: { maxInFlight: 2 } });
  come('a');
  come('b');
  come('c');
  t.same(told.refused, ['c: overloaded']);
  t.same(told.shed, ['max-in-flight/5']);
});

t.test('refuses what the queue cannot hold and what has waited too long', async (t) => {
  const { come, told, clock } = stand({ policy: { queue: { maxQueued: 1, maxWaitMs: 100 } } });
  come('a');
  come('b');
  come('c');
  clock.advance(99);
  t.same(told.shed, ['queue-full/5']);
  clock.advance(1);
  t.same(told.shed, ['queue-full/5', 'queue-timeout/5']);
  t.equal(told.waiting, 0);
});

t.test('adaptive-lifo: first come first served in a burst, newest first once the queue stands', async (t) => {
  const { come, told, clock } = stand({ policy: { queue: { order: 'adaptive-lifo' }, shed: { queueWaitMs: 200 } } });
  let working = come('0');
  const next = (name: string) => {
    working.answer();
    working = requests.get(name)!;
  };
  const requests = new Map(['1', '2', '3', '4'].map((name) => [name, come(name)]));
  clock.advance(50);
  next('1');
  t.equal(told.begun.at(-1), '1', 'the oldest');
  clock.advance(60);
  next('4');
  t.equal(told.begun.at(-1), '4', 'the queue has not been empty for 110 ms');
});

t.test('adaptive-lifo: who comes to a standing queue waits for a short time only', async (t) => {
  const { come, told, clock } = stand({ policy: { queue: { order: 'adaptive-lifo' } } });
  come('working');
  come('in a burst');
  clock.advance(99);
  t.same(told.refused, []);
  clock.advance(1);
  t.same(told.refused, ['in a burst: overloaded']);
  // One comes each 10 ms, so that the queue is never empty.
  for (let ms = 0; ms < 150; ms += 10) {
    come(`at ${ms}`);
    clock.advance(10);
  }
  t.ok(told.waiting > 0 && told.waiting <= 10, `${told.waiting} wait`);
  const before = told.refused.length;
  come('to a standing queue');
  clock.advance(20);
  t.ok(told.refused.slice(before).includes('to a standing queue: overloaded'));
});

t.test('shed.queueWaitMs: a standing queue refuses newcomers, a burst does not', async (t) => {
  const { come, told, clock } = stand({ slots: 1, serviceTimeMs: 10, policy: { shed: { queueWaitMs: 20 } } });
  const answerAll = answering(told);
  for (let index = 0; index < 8; index++) answerAll.add(come(`burst ${index}`));
  for (let ms = 0; ms < 200; ms++) {
    answerAll.run();
    clock.advance(1);
  }
  answerAll.add(come('after the burst'));
  t.same(told.shed, []);
  // Three times the capacity for a second.
  for (let ms = 0; ms < 1_000; ms++) {
    if (ms % 10 < 3) answerAll.add(come(`overload ${ms}`));
    answerAll.run();
    clock.advance(1);
  }
  t.ok(told.shed.length > 100, `${told.shed.length} of 300 are refused`);
  t.ok(told.shed.every((entry) => entry === 'queue-wait/5'));
  t.ok(told.waiting < 30, 'the queue stays short');
  t.ok(told.begun.length > 90, 'and the slot stays in use');
});

t.test('shed.byPriority: at twice the capacity the important ones come in, of the others a part', async (t) => {
  const policy = { shed: { queueWaitMs: 20, byPriority: true } };
  const { come, told, clock } = stand({ slots: 1, serviceTimeMs: 10, policy });
  const answerAll = answering(told);
  const offered = { important: 0, other: 0 };
  const from = 2_000;
  for (let ms = 0; ms < 10_000; ms++) {
    if (ms % 5 === 0) {
      const important = ms % 25 === 0;
      if (ms >= from) offered[important ? 'important' : 'other']++;
      answerAll.add(come(`${important ? 'important' : 'other'} ${ms}`, { priority: important ? 0 : 5 }));
    }
    answerAll.run();
    clock.advance(1);
  }
  const begun = (kind: string) =>
    told.begun.filter((name) => name.startsWith(kind) && Number(name.split(' ')[1]) >= from).length;
  t.ok(begun('important') > 0.98 * offered.important, `${begun('important')} of ${offered.important}`);
  const share = begun('other') / offered.other;
  t.ok(share > 0.3 && share < 0.45, `share of the others: ${share}`);
});

t.test('shed.loopUtilisation: a busy event loop refuses a growing share until it is idle again', async (t) => {
  let busy = 1;
  const { come, told, clock } = stand({
    slots: Number.POSITIVE_INFINITY,
    loopUtilisation: () => busy,
    policy: { shed: { loopUtilisation: 0.9 } },
  });
  const second = (label: string) => {
    const before = told.shed.length;
    for (let ms = 0; ms < 1_000; ms += 5) {
      come(`${label} ${ms}`).answer();
      clock.advance(5);
    }
    return told.shed.length - before;
  };
  const first = second('first');
  const next = second('next');
  t.ok(first > 10 && next > first, `${first}, then ${next} of 200 are refused`);
  t.equal(told.shed[0], 'loop-busy/5');
  busy = 0.5;
  for (let index = 0; index < 8; index++) second(`idle ${index}`);
  t.equal(second('after'), 0);
});

t.test('by priority a full queue refuses the least important that waits', async (t) => {
  const { come, told } = stand({ policy: { queue: { maxQueued: 2 }, shed: { byPriority: true } } });
  come('working');
  come('a', { priority: 9 });
  come('b', { priority: 5 });
  come('c', { priority: 5 });
  t.same(told.refused, ['a: overloaded'], 'for c, which matters more');
  come('d', { priority: 5 });
  t.same(told.refused, ['a: overloaded', 'd: overloaded'], 'equals do not push each other out');
});

t.test('by priority the most important that waits is next', async (t) => {
  const { come, told } = stand({ policy: { shed: { byPriority: true } } });
  const working = come('working');
  come('a', { priority: 5 });
  come('b', { priority: 0 });
  working.answer();
  t.same(told.begun, ['working', 'b']);
});

t.test('adaptiveLimit: refuses above the limit, and tells it', async (t) => {
  const adaptiveLimit = { initial: 2, min: 1, max: 10, smoothing: 0.2, tolerance: 1.5, longWindow: 600, queueSize: 4 };
  const { come, told, set } = stand({ slots: Number.POSITIVE_INFINITY, policy: { adaptiveLimit } });
  for (const name of ['a', 'b', 'c']) come(name);
  t.same(told.shed, ['limit/5']);
  t.equal(told.limit, 2);
  set({});
  come('d');
  t.equal(told.limit, 0, 'no limit any more');
  t.equal(told.begun.at(-1), 'd');
});

/** Answers each request as soon as it has begun: only the service time holds the slots. */
function answering(told: { begun: string[]; refused: string[] }) {
  const open = new Set<{ answer(): void }>();
  return {
    add: (request: { answer(): void }) => open.add(request),
    run() {
      // Answering one that has not begun does nothing.
      for (const request of told.begun.length > 0 ? open : []) request.answer();
    },
  };
}
