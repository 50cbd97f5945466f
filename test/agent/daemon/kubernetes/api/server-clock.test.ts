import fc from 'fast-check';
import t from 'tap';
import { calibrate } from '../../../../../agent/daemon/src/kubernetes/api/calibrate.ts';
import { ServerClock } from '../../../../../agent/daemon/src/kubernetes/api/server-clock.ts';

const startMs = Date.parse('2026-01-01T00:00:00Z');
const wholeSecond = (ms: number) => Math.floor(ms / 1_000) * 1_000;

/** A server whose clock is `offsetMs` ahead of ours, and answers that take their time on both ways. */
function world() {
  const state = { nowMs: 5_000, offsetMs: startMs };
  const clock = new ServerClock({ now: () => state.nowMs });
  const ask = (thereMs: number, backMs: number) => {
    const sentAtMs = state.nowMs;
    state.nowMs += thereMs;
    const date = wholeSecond(state.nowMs + state.offsetMs);
    state.nowMs += backMs;
    clock.observe(date, sentAtMs, state.nowMs);
  };
  return { state, clock, ask, trueMs: () => state.nowMs + state.offsetMs };
}

t.test('knows nothing before the first answer', async (t) => {
  const { clock } = world();
  t.equal(clock.now(), undefined);
  clock.observe(Number.NaN, 0, 1);
  t.equal(clock.now(), undefined);
});

t.test('is never ahead of the server, and never more than a second and the way back behind', async () => {
  const ms = fc.double({ min: 0, max: 3_000, noNaN: true });
  fc.assert(
    fc.property(ms, fc.array(fc.tuple(ms, ms, ms), { minLength: 1, maxLength: 300 }), (offsetMs, answers) => {
      const { state, clock, ask, trueMs } = world();
      state.offsetMs += offsetMs;
      let bestBackMs = Number.POSITIVE_INFINITY;
      for (const [waitMs, thereMs, backMs] of answers) {
        state.nowMs += waitMs;
        ask(thereMs, backMs);
        bestBackMs = Math.min(bestBackMs, backMs);
        const behindMs = trueMs() - clock.now()!;
        // Ten minutes of drift are 60 ms.
        if (behindMs < -0.01 || behindMs > 1_000 + Math.max(bestBackMs, backMs) + 100) return false;
      }
      return true;
    }),
  );
});

t.test('the best answer holds for ten minutes', async (t) => {
  const { state, clock, ask, trueMs } = world();
  state.nowMs = 59_999 - (startMs % 1_000);
  state.nowMs += 2;
  ask(0, 0);
  const firstMs = trueMs() - clock.now()!;
  t.ok(firstMs < 2);
  for (let minute = 0; minute < 9; minute++) {
    state.nowMs += 60_500;
    ask(0, 900);
  }
  t.ok(trueMs() - clock.now()! < 70, 'but for drift');
});

t.test('follows a clock that is set', async (t) => {
  for (const stepMs of [-3_600_000, -1_500, 1_500, 3_600_000]) {
    const { state, clock, ask, trueMs } = world();
    for (let index = 0; index < 50; index++) {
      state.nowMs += 777;
      ask(1, 1);
    }
    state.offsetMs += stepMs;
    state.nowMs += 333;
    ask(1, 1);
    const behindMs = trueMs() - clock.now()!;
    t.ok(behindMs >= 0 && behindMs <= 1_002, `${stepMs} ms: ${behindMs} ms behind`);
  }
});

t.test('calibration finds the second within some answers', async (t) => {
  const offsetMs = startMs + 123.4;
  const now = () => performance.now();
  const clock = new ServerClock({ now });
  let questions = 0;
  const request = async <T>() => {
    questions++;
    const sentAtMs = now();
    await new Promise((resolve) => setImmediate(resolve));
    clock.observe(wholeSecond(now() + offsetMs), sentAtMs, now());
    return {} as T;
  };
  await calibrate({ request }, clock, { now });
  t.ok(questions <= 10);
  const behindMs = now() + offsetMs - clock.now()!;
  t.ok(behindMs >= 0 && behindMs < 500, `${behindMs} ms behind after ${questions} questions`);
  await calibrate({ request: () => Promise.reject(new Error('away')) }, new ServerClock({ now }), { now });
});
