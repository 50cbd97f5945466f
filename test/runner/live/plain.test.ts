import t from 'tap';
import { plainLines, statusLine } from '../../../runner/src/live/plain.ts';
import { initial } from '../../../runner/src/live/state.ts';
import { after, ended, experiment, finished, flood, injected, naive, pending, probes, started } from './events.ts';

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

t.test('the status is one line', async (t) => {
  t.equal(
    statusLine(after(started, experiment, flood, injected), 9_000),
    '[  8s] experiment (17s left) | users 36.4/s, errors 14.4%, p99 4.91 s | orders p99 2.49 s' +
      ' | gateway 16/16 in flight, 118 queued | slow-payments applied 118 of 118  mean 2.0006 s (+0.6 ms)',
  );
});
