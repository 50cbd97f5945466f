import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { eventFile } from '../../../runner/src/notify/event-file.ts';
import { finished, notebook, phase, started } from './receiver.ts';

t.test('each event is a line as soon as it happens, after those of earlier runs', async (t) => {
  const file = join(t.testdir({ events: '{"type":"earlier"}\n' }), 'events');
  const { notes, tell } = notebook();
  const { listener, close } = eventFile({ file, tell, now: () => 5 });
  const lines = async () =>
    (await readFile(file, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  listener(started);
  t.match((await lines()).at(-1), { atMs: 5, type: 'started', id: 'run-1' });
  listener(phase('experiment'));
  listener(finished);
  await close();
  await close();
  listener(started);
  const all = await lines();
  t.same(
    all.map(({ type }) => type),
    ['earlier', 'started', 'phase', 'finished'],
  );
  t.match(all.at(-1), { verdict: 'deviated', journalFile: '/runs/run-1/journal.json' });
  t.same(notes, []);
});

t.test('a full disk is told once', { skip: !existsSync('/dev/full') && 'no /dev/full here' }, async (t) => {
  const { notes, tell } = notebook();
  const { listener, close } = eventFile({ file: '/dev/full', tell });
  listener(started);
  listener(phase('experiment'));
  await close();
  t.equal(notes.length, 1);
  t.match(notes[0], /no more events in \/dev\/full: ENOSPC/);
});

t.test('a file that cannot be opened is a mistake of the command line', async (t) => {
  const { tell } = notebook();
  const file = join(t.testdir(), 'nowhere', 'events');
  t.throws(() => eventFile({ file, tell }), { code: 'ERR_PADO_USAGE', message: /--events .*ENOENT/ });
  t.throws(() => eventFile({ file: '-', json: true, tell }), { code: 'ERR_PADO_USAGE', message: /--json/ });
});
