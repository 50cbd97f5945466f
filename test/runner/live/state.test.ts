import t from 'tap';
import { reduce, stepOf } from '../../../runner/src/live/state.ts';
import { activity, after, ended, experiment, flood, injected, look, pending, probes, started } from './events.ts';

t.test('the step follows the phase, and the fault within the experiment', async (t) => {
  t.equal(stepOf(after(started)), 0);
  t.equal(stepOf(after(started, { type: 'phase', phase: 'steady-state', text: '' })), 0);
  t.equal(stepOf(after(started, experiment)), 1, 'the hypothesis is up until the fault is in force');
  t.equal(stepOf(after(started, experiment, pending)), 1);
  t.equal(stepOf(after(started, experiment, injected)), 2);
  t.equal(stepOf(after(started, experiment, ended, { type: 'phase', phase: 'recovery', text: '' })), 3);
});

t.test('a fault is replaced by its newer status, a probe by its newer result in the same window', async (t) => {
  const state = after(started, injected, ended, ...probes, ...probes);
  t.equal(state.faults.length, 1);
  t.equal(state.faults[0]?.phase, 'Ended');
  t.equal(state.probes.length, probes.length);
});

t.test('the next run begins afresh and is counted', async (t) => {
  const state = reduce(after(started, experiment, flood, injected, ...probes), started, 9_000);
  t.match(state, { run: 2, startedMs: 9_000, faults: [], probes: [] });
  t.equal(state.graph, undefined);
  t.equal(state.phase, undefined);
});

t.test('a look stands until its probe is judged or the next phase begins', async (t) => {
  const looking = after(started, experiment, look(true), look(false), look(true, { name: 'back' }));
  t.strictSame(
    looking.looks.map(({ name, met }) => [name, met]),
    [
      ['front', false],
      ['back', true],
    ],
  );
  const judged = look(false);
  if (judged.type !== 'look') throw new Error('unreachable');
  const after1 = reduce(looking, { type: 'probe', result: judged.result }, 0);
  t.strictSame([after1.looks.length, after1.probes.length], [1, 1]);
  t.equal(reduce(looking, { type: 'phase', phase: 'recovery', text: '' }, 0).looks.length, 0);
});

t.test('of activities those that go on are known, and the one that ended last', async (t) => {
  const state = after(
    ...[started, activity('watch', 'started', { background: true }), activity('kill', 'started')],
    ...[activity('kill', 'succeeded'), activity('drain', 'started')],
  );
  t.strictSame(
    state.activities.map(({ name, state }) => [name, state]),
    [
      ['watch', 'started'],
      ['drain', 'started'],
    ],
  );
});

t.test('a state is never changed in place', async (t) => {
  const before = after(started, injected);
  reduce(before, ended, 2_000);
  t.equal(before.faults[0]?.phase, 'Injected');
});
