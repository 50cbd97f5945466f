import t from 'tap';
import { guarded, onHttp, onPrometheus, result } from './guarded.ts';

t.test('a scrape is looked at once, each as it comes', async (t) => {
  const { clock, guards, looks, events, stops } = guarded(t, { conditions: [onPrometheus] });
  guards.enter('experiment');
  await clock.advance(12_000);
  t.ok(looks.length >= 9 && looks.length <= 11, `${looks.length} looks in the 10 s after the first two`);
  t.equal(events.filter(({ type }) => type === 'look').length, looks.length);
  t.same(stops, []);
});

t.test('a scrape that was seen counts no second time', async (t) => {
  const { clock, guards, world, looks, stops } = guarded(t, { conditions: [{ ...onPrometheus, misses: 2, of: 3 }] });
  world.scrape = () => 1;
  world.observe = () => result(9);
  guards.enter('experiment');
  await clock.advance(20_000);
  t.equal(looks.length, 1, 'Prometheus has scraped no more');
  t.same(stops, []);
  world.scrape = () => 2;
  await clock.advance(1_000);
  t.match(stops, [{ name: 'bad answers', reason: 'bad answers was 9, not < 5 (2 of the last 2 looks missed)' }]);
});

t.test('what has no timestamps is looked at each second', async (t) => {
  const { clock, guards, world, looks } = guarded(t, { conditions: [onPrometheus] });
  world.scrape = () => null;
  guards.enter('experiment');
  await clock.advance(12_000);
  t.ok(looks.length >= 9 && looks.length <= 11, `${looks.length} looks`);
});

t.test('a timestamp that cannot be asked for costs no look', async (t) => {
  const { clock, guards, world, looks, notes } = guarded(t, { conditions: [onPrometheus] });
  world.scrape = () => {
    throw new Error('vector cannot contain metrics with the same labelset');
  };
  guards.enter('experiment');
  await clock.advance(5_000);
  t.ok(looks.length >= 3);
  t.same(notes(), []);
});

t.test('one miss stops the run, once, and ends the watch', async (t) => {
  const { clock, guards, world, looks, stops } = guarded(t, { conditions: [onPrometheus, onHttp] });
  guards.enter('experiment');
  await clock.advance(5_000);
  t.same(stops, []);
  world.observe = () => result(12.345, { unit: '%', expected: '< 5%' });
  const missedMs = clock.now();
  await clock.advance(1_250);
  t.equal(stops.length, 1);
  t.match(stops[0]?.reason, /was 12.3%, not < 5% \(1 of (1 look|the last 1 looks) missed\)/);
  t.ok(stops[0]!.atMs >= missedMs && stops[0]!.atMs <= clock.now());
  const before = looks.length;
  await clock.advance(10_000);
  t.equal(looks.length, before);
  t.equal(stops.length, 1);
});

t.test('N of the last M looks', async (t) => {
  const { clock, guards, world, stops } = guarded(t, { conditions: [{ ...onHttp, misses: 2, of: 3 }] });
  guards.enter('experiment');
  for (const value of [1, 9, 1, 1, 9, 1]) {
    world.observe = () => result(value);
    await clock.advance(1_000);
  }
  t.same(stops, [], 'the two misses were four looks apart');
  world.observe = () => result(9);
  await clock.advance(1_000);
  t.match(stops, [{ reason: /2 of the last 3 looks missed/ }]);
});

t.test('misses without `of` are misses in a row', async (t) => {
  const { clock, guards, world, stops } = guarded(t, { conditions: [{ ...onHttp, misses: 2 }] });
  guards.enter('experiment');
  for (const value of [9, 1, 9, 1]) {
    world.observe = () => result(value);
    await clock.advance(1_000);
  }
  t.same(stops, []);
  world.observe = () => result(9);
  await clock.advance(2_000);
  t.match(stops, [{ reason: /2 of the last 2 looks missed/ }]);
});

t.test('each condition is watched in its phases only', async (t) => {
  const { clock, guards, world, looks, stops } = guarded(t, { conditions: [onHttp] });
  guards.enter('load');
  await clock.advance(3_000);
  guards.enter('steady-state');
  await clock.advance(3_000);
  t.equal(looks.length, 0, 'by default in experiment and recovery');
  guards.enter('experiment');
  await clock.advance(3_000);
  t.ok(looks.length >= 2);
  guards.enter('done');
  world.observe = () => result(9);
  await clock.advance(3_000);
  t.same(stops, []);
  const early = guarded(t, { conditions: [{ ...onHttp, phases: ['steady-state'] }] });
  early.world.observe = () => result(9);
  early.guards.enter('steady-state');
  await early.clock.advance(1_000);
  t.equal(early.stops.length, 1);
});

t.test('a range never reaches back before its phase, and needs two scrapes', async (t) => {
  const { clock, guards, looks } = guarded(t, { conditions: [onPrometheus] });
  guards.enter('steady-state');
  await clock.advance(10_000);
  const begunMs = clock.now();
  guards.enter('experiment');
  await clock.advance(10_000);
  t.ok(looks.every(({ startMs }) => startMs >= begunMs));
  t.ok(looks.every(({ startMs, endMs }) => endMs - startMs >= 2_000 && endMs - startMs <= 5_000));
  t.equal(looks.at(-1)!.endMs - looks.at(-1)!.startMs, 5_000);
  const revertedMs = clock.now();
  guards.enter('recovery');
  const before = looks.length;
  await clock.advance(4_000);
  t.ok(looks.length > before);
  t.ok(looks.slice(before).every(({ startMs }) => startMs >= revertedMs));
});

t.test('a query without a range is looked at from the first moment', async (t) => {
  const provider = { type: 'prometheus', query: 'max(in_flight)' } as const;
  const { clock, guards, world, stops } = guarded(t, { conditions: [{ ...onPrometheus, provider }] });
  world.observe = () => result(9);
  guards.enter('experiment');
  await clock.advance(250);
  t.equal(stops.length, 1);
});

t.test('a miss that must last has a window that is longer than that', async (t) => {
  const provider = { type: 'prometheus', query: 'max(in_flight)', for: '20s' } as const;
  const { clock, guards, looks } = guarded(t, { conditions: [{ ...onPrometheus, provider }] });
  guards.enter('experiment');
  await clock.advance(40_000);
  t.equal(looks.at(-1)!.endMs - looks.at(-1)!.startMs, 21_000);
});

t.test('no data passes, unless it is a miss', async (t) => {
  const passes = guarded(t, { conditions: [onHttp] });
  passes.world.observe = () => result(null);
  passes.guards.enter('experiment');
  await passes.clock.advance(5_000);
  t.same(passes.stops, []);
  const misses = guarded(t, { conditions: [{ ...onHttp, noData: 'miss' }] });
  misses.world.observe = () => result(null);
  misses.guards.enter('experiment');
  await misses.clock.advance(1_000);
  t.match(misses.stops, [{ reason: 'front had no data, not < 5 (1 of 1 look missed)' }]);
});

t.test('a look that fails is told, and a miss after three in a row', async (t) => {
  const { clock, guards, world, stops, notes } = guarded(t, { conditions: [onHttp] });
  guards.enter('experiment');
  const fails = () => result(null, { error: 'no such file' });
  world.observe = fails;
  await clock.advance(1_000);
  world.observe = () => result(1);
  await clock.advance(1_000);
  world.observe = () => {
    throw new Error('no such file');
  };
  await clock.advance(2_000);
  t.same(stops, []);
  t.same(notes(), ['front could not be looked at: no such file', 'front could not be looked at: no such file']);
  await clock.advance(1_000);
  t.match(stops, [{ name: 'front', reason: /could not be looked at 3 times in a row: no such file/ }]);
});

t.test('a failed answer says why it failed', async (t) => {
  const { clock, guards, world, stops } = guarded(t, { conditions: [onHttp] });
  world.observe = () =>
    result(null, { met: false, expected: '200', output: { failed: true, reason: 'connect ECONNREFUSED' } });
  guards.enter('experiment');
  await clock.advance(1_000);
  t.match(stops, [{ reason: /^front was no answer \(connect ECONNREFUSED\), not 200/ }]);
});

t.test('nothing is told after close or an aborted run', async (t) => {
  const abort = new AbortController();
  for (const end of ['close', 'abort'] as const) {
    const { clock, guards, world, stops, events, looks } = guarded(t, { conditions: [onHttp], signal: abort.signal });
    guards.enter('experiment');
    await clock.advance(1_000);
    world.observe = () => result(9);
    if (end === 'close') guards.close();
    else abort.abort();
    guards.close();
    const before = { looks: looks.length, events: events.length };
    await clock.advance(5_000);
    t.same({ looks: looks.length, events: events.length }, before, end);
    t.same(stops, []);
  }
});

t.test('a guard that breaks stops the run', async (t) => {
  const tell = () => {
    throw new TypeError('no such screen');
  };
  const { clock, guards, world, stops } = guarded(t, { needsPrometheus: true, prometheusDown: 'ignore', tell });
  world.answer = () => {
    throw new Error('gone');
  };
  guards.enter('experiment');
  await clock.advance(5_000);
  t.match(stops, [{ name: 'Prometheus', reason: /a defect in Pado: TypeError: no such screen/ }]);
});
