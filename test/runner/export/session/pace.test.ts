import t from 'tap';
import { newPace } from '../../../../runner/src/export/session/pace.ts';
import type { ActivityRecord } from '../../../../runner/src/journal/recording.ts';

const record = (name: string) => ({ activity: { name }, status: 'succeeded' }) as unknown as ActivityRecord;

t.test('an activity waits until somebody has come to it, and gives back how it went', async (t) => {
  const pace = newPace();
  const controls = pace.controls(new AbortController().signal);
  const one = { name: 'one' };
  let begun = false;
  const before = controls.before('activity', one).then(() => {
    begun = true;
  });
  await new Promise(setImmediate);
  t.equal(begun, false);
  const passed = pace.pass('one');
  await before;
  await controls.after('activity', one, record('one'));
  t.match(await passed, { activity: { name: 'one' } });
});

t.test('activities of one name pass in their order, whoever comes first', async (t) => {
  const pace = newPace();
  const controls = pace.controls(new AbortController().signal);
  const [first, second] = [{ name: 'same' }, { name: 'same' }];
  const passes = [pace.pass('same'), pace.pass('same')];
  await controls.before('activity', first);
  await controls.after('activity', first, record('first'));
  await controls.before('activity', second);
  await controls.after('activity', second, record('second'));
  t.match(await Promise.all(passes), [{ activity: { name: 'first' } }, { activity: { name: 'second' } }]);
});

t.test('a run that is stopped waits for nobody', async (t) => {
  const pace = newPace();
  const stop = new AbortController();
  const controls = pace.controls(stop.signal);
  const waiting = controls.before('activity', { name: 'never' });
  stop.abort(new Error('stopped'));
  await t.rejects(waiting, { message: 'stopped' });
  await controls.before('rollback', {});
  await controls.before('activity', { name: 'undo' });
  t.pass('rollbacks are done');
});

t.test('the steady state is known when the method begins', async (t) => {
  const pace = newPace();
  await pace.controls(new AbortController().signal).before('method', {});
  await pace.steady;
  t.pass('it resolves');
});
