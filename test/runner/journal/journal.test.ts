import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { validateExperiment } from '../../../runner/src/experiment/validate.ts';
import { openEventLog } from '../../../runner/src/journal/event-log.ts';
import { toJournal } from '../../../runner/src/journal/journal.ts';
import { newRecording, recordActivity } from '../../../runner/src/journal/recording.ts';
import { makeRunDirectory } from '../../../runner/src/journal/run-directory.ts';

t.test('a run has a folder named by time, experiment and policies', async (t) => {
  const runs = join(t.testdir(), '.pado', 'runs');
  const now = new Date('2026-11-23T08:59:50.123Z');
  const first = await makeRunDirectory(runs, 'slow-payments', 'naive', now);
  const second = await makeRunDirectory(runs, 'slow-payments', 'naive', now);
  t.equal(first.id, '20261123t085950z-slow-payments-naive');
  t.equal(second.id, '20261123t085950z-slow-payments-naive-2', 'two runs of one second do not share it');
  t.same(await readdir(runs), [first.id, second.id]);
});

t.test('odd names become fit for a folder', async (t) => {
  const { id } = await makeRunDirectory(t.testdir(), '../Ünsafe name', '', new Date(0));
  t.equal(id, '19700101t000000z-nsafe-name-run');
});

t.test('an event is on disk as soon as it is told', (t) => {
  const file = join(t.testdir(), 'events.ndjson');
  const log = openEventLog(file, () => 7);
  log.append({ type: 'note', level: 'info', text: 'one' });
  t.equal(readFileSync(file, 'utf8'), '{"atMs":7,"type":"note","level":"info","text":"one"}\n');
  log.append({ type: 'note', level: 'info', text: 'two' });
  t.equal(readFileSync(file, 'utf8').trimEnd().split('\n').length, 2);
  log.close();
  t.end();
});

t.test('an activity is recorded, done or failed', async (t) => {
  const { run } = newRecording(new Date());
  await recordActivity(run, { name: 'a' }, async () => 5);
  await t.rejects(
    recordActivity(run, { name: 'b' }, async () => Promise.reject(new Error('no'))),
    /no/,
  );
  t.match(run, [
    { activity: { name: 'a' }, output: 5, status: 'succeeded' },
    { activity: { name: 'b' }, output: null, status: 'failed', exception: ['no\n'] },
  ]);
});

t.test("the journal has Chaos Toolkit's fields", async (t) => {
  const experiment = await validateExperiment('experiments/slow-payments.yaml');
  const recording = newRecording(new Date(1_000));
  recording.probes.push(
    { name: 'checkout p99', window: 'before', value: 0.1, expected: '< 0.5 s', met: true },
    { name: 'checkout p99', window: 'during', value: null, expected: '< 0.5 s', met: null, error: 'no answer' },
  );
  const frame = { id: 'x', policies: 'naive', status: 'completed', endedAt: new Date(4_500), dry: false } as const;
  const journal = toJournal(experiment, recording, { verdict: 'inconclusive', reason: 'no data' }, frame);
  t.match(journal, {
    'chaoslib-version': /^1\./,
    node: hostname(),
    start: '1970-01-01T00:00:01.000+00:00',
    duration: 3.5,
    status: 'completed',
    deviated: false,
    experiment: { title: experiment.title },
    steady_states: {
      before: { steady_state_met: true, probes: [{ activity: { name: 'checkout p99' }, tolerance_met: true }] },
      during: [{ steady_state_met: false, probes: [{ status: 'failed', exception: ['no answer\n'] }] }],
    },
    pado: { version: 1, id: 'x', verdict: 'inconclusive', reason: 'no data', policies: 'naive' },
  });
  t.equal(journal.steady_states.after, null, 'a window without probes is null');
  t.same(JSON.parse(JSON.stringify(journal)), journal, 'nothing is lost as JSON');
});
