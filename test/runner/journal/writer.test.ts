import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { newRecording } from '../../../runner/src/journal/recording.ts';
import { journalWriter } from '../../../runner/src/journal/writer.ts';

const frame = (recording = newRecording(new Date())) => ({
  ...{ recording, id: 'x', policies: 'naive', dry: false },
  experiment: { document: { title: 'x' }, secrets: { api: { token: 'very secret' } } } as never,
});
const end = { verdict: 'held', reason: 'so', status: 'completed', endedAt: new Date() } as const;
const read = async (file: string) => JSON.parse(await readFile(file, 'utf8'));

t.test('the journal is there while the run goes, whole, and says that the end is missing', async (t) => {
  const file = join(t.testdir(), 'journal.json');
  const recording = newRecording(new Date());
  const writer = journalWriter(file, frame(recording));
  writer.write();
  t.match(await read(file), { status: 'failed', pado: { verdict: 'error', reason: /did not come to its end/ } });
  recording.run.push({ activity: { name: 'x' } } as never);
  writer.write();
  t.match(await read(file), { run: [{ activity: { name: 'x' } }] });
  writer.finish(end);
  writer.write();
  t.match(await read(file), { status: 'completed', pado: { verdict: 'held', reason: 'so' } }, 'the end stays');
});

t.test('a full disk is told with the verdict, and what was written before stays', async (t) => {
  const directory = t.testdir();
  const file = join(directory, 'journal.json');
  const writer = journalWriter(file, frame());
  writer.write();
  await symlink('/dev/full', `${file}.part`);
  t.doesNotThrow(() => writer.write(), 'the run goes on');
  t.throws(() => writer.finish(end), { code: 'ERR_PADO_JOURNAL', message: /journal\.json \(ENOSPC.*held: so/ });
  t.match(await read(file), { status: 'failed' });
});

t.test('no secret is in the journal, wherever it came back from', async (t) => {
  const file = join(t.testdir(), 'journal.json');
  const recording = newRecording(new Date());
  recording.run.push({ activity: {}, output: { body: 'I was sent very secret' } } as never);
  journalWriter(file, frame(recording)).finish(end);
  const text = await readFile(file, 'utf8');
  t.notMatch(text, /very secret/);
  t.match(text, /I was sent \$\{token\}/);
});
