import t from 'tap';
import { plainLines, statusLine } from '../../../runner/src/live/plain.ts';
import { initial, reduce } from '../../../runner/src/live/state.ts';
import { howItWent } from '../../../runner/src/live/stop.ts';
import {
  activity,
  after,
  ended,
  experiment,
  finished,
  flood,
  injected,
  look,
  naive,
  pending,
  probes,
  started,
  stop,
} from './events.ts';

t.test('each event is worth these lines', async (t) => {
  const state = after(started);
  t.strictSame(plainLines(initial, started, 5_000), [
    '[  0s] run run-1: Payments answer late, policies: naive, in .pado/runs/run-1',
  ]);
  t.strictSame(plainLines(state, experiment, 13_000), ['[ 12s] experiment: payments are late (25s)']);
  t.strictSame(plainLines(state, probes[0]!, 13_000), ['[ 12s] ✗ checkout p99 during: 4.91 s, wanted < 0.5 s']);
  t.strictSame(plainLines(state, { type: 'note', level: 'warning', text: 'a\nb' }, 1_000), ['[  0s] warning: a b']);
  t.strictSame(plainLines(state, flood, 13_000), []);
  t.strictSame(plainLines(state, finished, 71_000), [
    `[ 70s] deviated: ${naive.pado.reason}`,
    '[ 70s] journal journal.json',
    '[ 70s] report report.html',
  ]);
});

t.test('a fault is told when it waits, comes into force, first hits and is reverted, and not in between', async (t) => {
  const name = 'fault slow-payments → payments';
  t.strictSame(plainLines(after(started), pending, 1_000), [`[  0s] ${name} waits for a target: latency 2s inbound`]);
  t.strictSame(plainLines(after(started, pending), injected, 1_000), [
    `[  0s] ${name} in force, 12s left: latency 2s inbound`,
    `[  0s] ${name} is being applied`,
  ]);
  t.strictSame(plainLines(after(started, injected), injected, 1_000), []);
  t.strictSame(plainLines(after(started, injected), ended, 1_000), [
    `[  0s] ${name} reverted (ttl): applied 203 of 203  mean 2.0006 s (+0.6 ms)`,
  ]);
});

t.test('of the looks at a probe those alone are told that change sides', async (t) => {
  const looks = [true, true, false, false, null, false, true, null, true, false];
  let state = after(started);
  const told = looks.flatMap((met) => {
    const lines = plainLines(state, look(met), 1_000);
    state = reduce(state, look(met), 1_000);
    return lines;
  });
  t.strictSame(told, [
    '[  0s] ✗ front during, at the moment: 503, wanted status 200',
    '[  0s] ✓ front during, at the moment: 200, wanted status 200',
    '[  0s] ✗ front during, at the moment: 503, wanted status 200',
  ]);
  t.strictSame(plainLines(after(started), look(false), 1_000).length, 1, 'a first look that misses');
  t.strictSame(plainLines(state, look(true, { window: 'after' }), 1_000), [], 'windows are apart');
});

t.test('activities are told when they begin and end, and why they failed', async (t) => {
  const texts = [
    activity('kill a pod', 'started'),
    activity('watch', 'started', { background: true }),
    activity('kill a pod', 'failed', { error: 'there is\nno pod' }),
  ].flatMap((event) => plainLines(after(started), event, 1_000));
  t.strictSame(texts, [
    '[  0s] kill a pod: started',
    '[  0s] watch (background): started',
    '[  0s] kill a pod: failed: there is no pod',
  ]);
});

t.test('a stop is told at once, and again in full at the end, with recovery and score', async (t) => {
  t.strictSame(plainLines(after(started), stop, 1_000), [
    '[  0s] stop (too many errors): 12% of requests fail, at most 5% may',
  ]);
  if (finished.type !== 'finished' || stop.type !== 'stop') throw new Error('unreachable');
  const pado = {
    ...naive.pado,
    stop: { ...stop.stop, revertedAfterMs: 412 },
    recovery: { deadlineMs: 30_000, recoveredAfterMs: 3_200 },
    resilienceScore: 66.7,
  };
  t.strictSame(plainLines(after(started), { ...finished, journal: { ...naive, pado } }, 1_000).slice(1, 3), [
    '[  0s] stop (too many errors): 12% of requests fail, at most 5% may; reverted after 412ms',
    '[  0s] recovered after 3.2s of at most 30s, resilience score 66.7',
  ]);
  t.strictSame(howItWent({ recovery: { deadlineMs: 30_000, recoveredAfterMs: null }, dry: true }), [
    'dry: nothing is proven by it',
    'not recovered within 30s',
  ]);
});

t.test('the status is one line', async (t) => {
  t.equal(
    statusLine(after(started, experiment, flood, injected), 9_000),
    '[  8s] experiment (17s left) | users 36.4/s, errors 14.4%, p99 4.91 s | orders p99 2.49 s' +
      ' | gateway 16/16 in flight, 118 queued | slow-payments applied 118 of 118  mean 2.0006 s (+0.6 ms)',
  );
});
