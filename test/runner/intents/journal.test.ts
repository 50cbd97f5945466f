import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { intentJournal, intentsBeside, isOwned } from '../../../runner/src/intents/journal.ts';
import { recoverAll } from '../../../runner/src/intents/recover.ts';
import { leftBehind } from '../../../runner/src/intents/told.ts';

const { signal } = new AbortController();
const given = { kind: 'aws', what: 'stops i-1', undo: 'starts it', data: { ids: ['i-1'] } };
const dead = { owner: { host: 'gone', pid: 1, startTicks: 1 } };

t.test('an intent is on the disk before its change, and marked after it', async (t) => {
  const folder = join(t.testdir(), 'a/intents');
  const journal = intentJournal(folder, () => new Date(0));
  t.same(await journal.open(), { intents: [], broken: [] }, 'no folder is no intent');
  const intent = await journal.begin(given);
  const [name] = await readdir(folder);
  const read = async () => JSON.parse(await readFile(join(folder, name!), 'utf8'));
  t.match(await read(), { ...given, at: '1970-01-01T00:00:00.000Z', state: 'open', owner: { pid: process.pid } });
  await intent.add({ experiment: 'EXP1' });
  t.match((await journal.open()).intents, [{ data: { ids: ['i-1'], experiment: 'EXP1' } }]);
  await intent.close('undone');
  t.match(await read(), { state: 'undone', data: { experiment: 'EXP1' } });
  t.same((await journal.open()).intents, []);
  t.same(await readdir(folder), [name], 'no part of a file stays');
});

t.test('a folder that cannot be written is an error before anything is done', async (t) => {
  const file = t.testdir({ intents: 'a file' });
  await t.rejects(intentJournal(join(file, 'intents')).begin(given), {
    code: 'ERR_PADO_JOURNAL',
    message: /could not be written/,
  });
});

t.test('a living run keeps its own; a killed one is told', async (t) => {
  const folder = t.testdir();
  const journal = intentJournal(folder);
  const { intent } = await journal.begin(given);
  t.equal(isOwned(intent), true);
  t.equal(isOwned({ ...intent, ...dead }), false);
  t.equal(
    isOwned({ ...intent, owner: { ...intent.owner, startTicks: 0 } }),
    false,
    'a pid that another process has now',
  );
  t.equal(await leftBehind(journal), undefined);
  await journal.close({ ...intent, ...dead }, 'open' as never);
  t.match(await leftBehind(journal), /stops i-1\. "pado recover" undoes it/);
});

t.test('recovering tells what it cannot undo, and goes on', async (t) => {
  const folder = t.testdir({ 'broken.json': '{"id": "x"' });
  const journal = intentJournal(folder);
  const add = async (more: object) => {
    const { intent } = await journal.begin({ ...given, ...more });
    await writeFile(join(folder, `${intent.id}.json`), JSON.stringify({ ...intent, ...dead }));
  };
  await add({ kind: 'later', what: 'of a later version' });
  await add({ undo: null, what: 'ends i-2' });
  const recover = (dry: boolean) => recoverAll(journal, { dry, signal, told: () => {} });
  const expected = [
    { what: /broken/, outcome: 'failed', text: /cannot be read/ },
    { what: 'ends i-2', outcome: 'lost' },
    { what: 'of a later version', outcome: 'failed', text: /does not know how to undo the kind later/ },
  ];
  const byName = (all: readonly { what: string }[]) =>
    [...all].sort((one, other) => (one.what.split('/').at(-1)! < other.what.split('/').at(-1)! ? -1 : 1));
  t.match(byName(await recover(true)), expected);
  t.equal((await journal.open()).intents.length, 2, 'a dry one closes nothing');
  t.match(byName(await recover(false)), expected);
  t.match((await journal.open()).intents, [{ kind: 'later' }]);
});

t.test('intents are beside the runs, wherever those are kept below .pado', async (t) => {
  t.equal(intentsBeside('/x/.pado/runs'), '/x/.pado/intents');
  t.equal(intentsBeside('/x/.pado/bench/limits'), '/x/.pado/intents');
  t.equal(intentsBeside('/x/runs'), '/x/intents');
});
