import t from 'tap';
import type { RunEvent } from '../../../runner/src/contracts.ts';
import { doActivities } from '../../../runner/src/experiment/activities.ts';
import type { Dry, RunContext } from '../../../runner/src/experiment/context.ts';
import { rollBack } from '../../../runner/src/experiment/rollbacks.ts';
import type { Activity, RollbackStrategy } from '../../../runner/src/experiment/schema.ts';
import { type ActivityRecord, newRecording } from '../../../runner/src/journal/recording.ts';

const provider = { type: 'process', path: '/bin/true' } as const;
const action = (name: string, more: Partial<Activity> = {}): Activity =>
  ({ type: 'action', name, provider, ...more }) as Activity;
const probe = (name: string): Activity => ({ type: 'probe', name, provider });

function stage({ dry, strategy = 'always' }: { dry?: Dry; strategy?: RollbackStrategy } = {}) {
  const events: RunEvent[] = [];
  const records: ActivityRecord[] = [];
  const abort = new AbortController();
  const context = {
    dry,
    recording: newRecording(new Date()),
    experiment: {
      rollbacks: [action('undo'), action('undo more')],
      runtime: { rollbackStrategy: strategy },
      document: {},
    },
    asking: { call: { cwd: '/', signal: abort.signal, configuration: {}, secrets: {} } },
    tell: (event: RunEvent) => events.push(event),
    controls: { before: async () => {}, after: async () => {} },
  } as unknown as RunContext;
  const done: string[] = [];
  const run = (
    activities: readonly Activity[],
    perform: (activity: Activity, signal: AbortSignal) => Promise<unknown> = async ({ name }) => done.push(name),
  ) => doActivities(context, activities, { records, signal: abort.signal, perform });
  const states = () => events.flatMap((event) => (event.type === 'activity' ? `${event.name} ${event.state}` : []));
  return { context, events, records, abort, done, run, states };
}

t.test('activities are done in order and recorded', async (t) => {
  const { run, done, records, states } = stage();
  await run([action('one'), probe('two'), action('three')]);
  t.same(done, ['one', 'two', 'three']);
  t.match(records, [{ status: 'succeeded', output: 1 }, { status: 'succeeded' }, { status: 'succeeded' }]);
  t.match(records[0]?.start, /\+00:00$/);
  t.same(states().slice(0, 2), ['one started', 'one succeeded']);
});

t.test('an action that fails ends the list; a probe that fails does not', async (t) => {
  const { run, records, states } = stage();
  const fails = async ({ name }: Activity) => {
    if (name.startsWith('bad')) throw new Error(`${name} it is`);
  };
  await t.rejects(run([probe('bad probe'), action('bad action'), action('never')], fails), /bad action it is/);
  t.match(records, [
    { status: 'failed', exception: ['bad probe it is\n'] },
    { status: 'failed', exception: ['bad action it is\n'] },
  ]);
  t.notOk(states().some((state) => state.startsWith('never')));
});

t.test('what runs in the background is not waited for until the end', async (t) => {
  const { run, done, records } = stage();
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  await run([action('behind', { background: true }), action('front')], async ({ name }) => {
    if (name === 'behind') await gate;
    else open();
    done.push(name);
  });
  t.same(done, ['front', 'behind']);
  t.same(
    records.map(({ status }) => status),
    ['succeeded', 'succeeded'],
  );
});

t.test('a background action that fails ends the others', async (t) => {
  const { run, records } = stage();
  const never = (_: Activity, signal: AbortSignal) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const perform = (activity: Activity, signal: AbortSignal) =>
    activity.name === 'behind' ? Promise.reject(new Error('broken')) : never(activity, signal);
  await t.rejects(run([action('behind', { background: true }), action('front')], perform), /broken/);
  t.same(
    records.map(({ status }) => status),
    ['failed', 'failed'],
  );
});

t.test('an activity that takes too long is ended and told', async (t) => {
  const { run, records } = stage();
  const patient = (_: Activity, signal: AbortSignal) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  await t.rejects(run([action('slow', { timeout: 0.05 })], patient), /"slow" took longer than its 0.05 s/);
  t.match(records, [{ status: 'failed' }]);
});

t.test('a dry run does what it leaves out not, and records it', async (t) => {
  for (const [dry, left] of [
    ['actions', ['two']],
    ['probes', ['one']],
    ['activities', []],
    ['pause', ['one', 'two']],
  ] as const) {
    const { run, done, records } = stage({ dry });
    await run([action('one', { pauses: { after: dry === 'pause' || dry === 'activities' ? 600 : 0 } }), probe('two')]);
    t.same(done, left, dry);
    t.equal(records.length, 2);
    t.equal(records.filter(({ dry }) => dry === true).length, 2 - left.length);
  }
});

t.test('rollbacks are done by their strategy, all of them, and after an interruption too', async (t) => {
  const cases: readonly [RollbackStrategy, { isCutShort: boolean; deviated: boolean }, number][] = [
    ['always', { isCutShort: true, deviated: false }, 2],
    ['default', { isCutShort: false, deviated: false }, 2],
    ['default', { isCutShort: true, deviated: false }, 0],
    ['deviated', { isCutShort: false, deviated: true }, 2],
    ['deviated', { isCutShort: false, deviated: false }, 0],
    ['never', { isCutShort: false, deviated: true }, 0],
  ];
  for (const [strategy, ending, count] of cases) {
    const { context, abort } = stage({ strategy });
    abort.abort(new Error('Ctrl-C'));
    t.same(await rollBack(context, ending), []);
    t.equal(context.recording.rollbacks.length, count, `${strategy} ${JSON.stringify(ending)}`);
  }
});

t.test('a rollback that fails keeps no other from being done', async (t) => {
  const { context, events } = stage();
  const broken = action('undo', { provider: { type: 'process', path: '/no/such/program' } });
  Object.assign(context.experiment, { rollbacks: [broken, action('undo more')] });
  const failures = await rollBack(context, { isCutShort: false, deviated: false });
  t.match(failures, [/the rollback "undo" failed: .*\/no\/such\/program/]);
  t.same(
    context.recording.rollbacks.map(({ status }) => status),
    ['failed', 'succeeded'],
  );
  t.ok(events.some((event) => event.type === 'note' && event.level === 'error'));
});
