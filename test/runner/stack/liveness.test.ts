import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { type Clock, keepAlive, type Life, type Look, lookAt } from '../../../runner/src/stack/liveness.ts';

/** Time passes as fast as it is waited for; a sleep is written down. */
function fakeClock(): Clock & { readonly slept: number[]; pass: (ms: number) => void } {
  let nowMs = 0;
  const slept: number[] = [];
  return {
    slept,
    nowMs: () => nowMs,
    pass: (ms) => {
      nowMs += ms;
    },
    sleep: async (ms) => {
      slept.push(ms);
      nowMs += ms;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

/** Keeps a process whose looks are `looks`, one list a life, until the last list is used up. */
async function kept(t: Test, lives: readonly (readonly Look[])[], clock = fakeClock()) {
  const abort = new AbortController();
  t.teardown(() => abort.abort());
  const reasons: string[] = [];
  const kills: number[] = [];
  let life = -1;
  let left: Look[] = [];
  const birth = (): Life => {
    life += 1;
    left = [...(lives[life] ?? [])];
    const { promise: ended, resolve } = Promise.withResolvers<string>();
    const number = life;
    return {
      ended,
      kill: () => {
        kills.push(number);
        resolve('SIGKILL');
      },
    };
  };
  await keepAlive(birth(), {
    look: async () => {
      const next = left.shift();
      if (next === undefined) abort.abort();
      return next ?? 'healthy';
    },
    restart: async (why) => {
      reasons.push(why);
      return birth();
    },
    signal: abort.signal,
    clock,
  });
  return { reasons, kills, slept: clock.slept };
}

const failing: readonly Look[] = ['failed', 'failed', 'failed'];

t.test('three failures in a row end a process, two and a success do not', async (t) => {
  const { reasons, kills } = await kept(t, [['healthy', 'failed', 'failed', 'healthy', ...failing], ['healthy']]);
  t.strictSame(reasons, ['/healthz failed 3 times']);
  t.strictSame(kills, [0]);
});

t.test('waits 1 s, 2 s, 4 s, 8 s, then 10 s before it starts again', async (t) => {
  const { slept, reasons } = await kept(t, [failing, failing, failing, failing, failing, failing, []]);
  t.equal(reasons.length, 6);
  const looks = (backoff: number) => [1_000, 1_000, 1_000, backoff];
  t.strictSame(slept, [1_000, 2_000, 4_000, 8_000, 10_000, 10_000].flatMap(looks).concat(1_000));
});

t.test('forgets the back-off when a process was well for 20 s', async (t) => {
  const well = Array.from({ length: 20 }, (): Look => 'healthy');
  const { slept } = await kept(t, [failing, [...well, ...failing], []]);
  t.equal(slept.length, 4 + 24 + 1);
  t.equal(slept.at(-2), 1_000, 'as after the first failure');
});

t.test('a process that does not listen yet has 30 s, one that listened has not', async (t) => {
  const silent = (count: number) => Array.from({ length: count }, (): Look => 'absent');
  t.strictSame((await kept(t, [[...silent(29), 'healthy']])).reasons, []);
  t.strictSame((await kept(t, [silent(33), []])).reasons, ['/healthz failed 3 times']);
  t.strictSame((await kept(t, [['healthy', ...silent(3)], []])).reasons, ['/healthz failed 3 times']);
});

t.test('a process that ends by itself is started again, with the reason', async (t) => {
  const abort = new AbortController();
  const reasons: string[] = [];
  const gone: Life = { ended: Promise.resolve('exit code 7'), kill: () => t.fail('it has ended') };
  await keepAlive(gone, {
    look: async () => 'healthy',
    restart: async (why) => {
      if (reasons.push(why) === 3) abort.abort();
      return reasons.length === 1 ? undefined : gone;
    },
    signal: abort.signal,
    clock: fakeClock(),
  });
  t.strictSame(reasons, ['exit code 7', 'exit code 7', 'exit code 7']);
});

t.test('ends at once when it is stopped, and leaves the process alone', async (t) => {
  const abort = new AbortController();
  const keeping = keepAlive(
    { ended: new Promise(() => {}), kill: () => t.fail('killed') },
    { look: async () => 'healthy', restart: async () => t.fail('restarted') as never, signal: abort.signal },
  );
  abort.abort();
  await keeping;
});

t.test('tells healthy, failed and absent', async (t) => {
  let status = 200;
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/healthz' ? status : 404).end();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  t.equal(await lookAt(url), 'healthy');
  status = 503;
  t.equal(await lookAt(url), 'failed');
  await new Promise((resolve) => server.close(resolve));
  t.equal(await lookAt(url), 'absent');
});
