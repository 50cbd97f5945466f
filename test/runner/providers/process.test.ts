import { execFileSync } from 'node:child_process';
import { chmod, readFile, rm, watch } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { ProcessProvider } from '../../../runner/src/experiment/schema.ts';
import { runProcess } from '../../../runner/src/providers/process.ts';
import { shellWords } from '../../../runner/src/providers/shell-words.ts';
import { failure } from '../../helpers/failure.ts';

/** Tells what it is given, one line each: where it stands, a variable, and its arguments. */
const script = '#!/bin/sh\npwd\necho "$ZONE"\nfor word; do printf "%s\\n" "$word"; done\n';
const folder = t.testdir({ 'show.sh': script, 'words.txt': 'not a program' });
await chmod(join(folder, 'show.sh'), 0o755);

const run = (provider: Partial<ProcessProvider>, signal = new AbortController().signal) =>
  runProcess(
    { type: 'process', path: 'sh', ...provider },
    { signal, configuration: {}, secrets: { door: { token: 'open sesame' } }, cwd: folder },
  );
const shown = async (args: unknown, more: Partial<ProcessProvider> = {}) => {
  const asked = { path: './show.sh', arguments: args as NonNullable<ProcessProvider['arguments']>, ...more };
  const { stdout } = (await run(asked)).output as { stdout: string };
  const [cwd, zone, ...words] = stdout.split('\n').slice(0, -1);
  return { cwd, zone, words };
};
const alive = (pid: number): boolean => {
  try {
    // A zombie has ended: whoever adopts it has not yet asked how.
    return process.kill(pid, 0) && !/\) Z/.test(execFileSync('cat', [`/proc/${pid}/stat`], { encoding: 'utf8' }));
  } catch {
    return false;
  }
};

t.test('arguments', async (t) => {
  t.same((await shown('--name "a b" \'c "d"\'')).words, ['--name', 'a b', 'c "d"'], 'a text');
  t.same((await shown(['a b', 1, true, null, '', '$HOME', '*'])).words, ['a b', '1', 'True', '$HOME', '*'], 'a list');
  t.same((await shown({ '--n': 3, '-v': '', last: null })).words, ['--n', '3', '-v', 'last'], 'a map');
  t.equal((await shown('')).cwd, folder, 'it stands where the user does');
  t.equal((await shown('', { env: { ZONE: 1 } })).zone, '1');
});

t.test('the answer', async (t) => {
  const { output, durationMs } = await run({ arguments: ['-c', 'echo no >&2; exit 3'] });
  t.same(output, { status: 3, stdout: '', stderr: 'no\n' }, 'a status that is not 0 is an answer');
  t.ok(durationMs > 0);
  t.match(await run({ arguments: ['-c', 'kill -9 $$'] }), { output: { status: -9 } });
  t.match(await run({ path: 'printf', arguments: ['\\351'], encoding: 'latin1' }), { output: { stdout: 'é' } });
  const long = await run({ path: 'head', arguments: '-c 3000000 /dev/zero' });
  t.equal((long.output as { stdout: string }).stdout.length, 1_024 * 1_024, 'at most 1 MiB');
});

t.test('what cannot be run', async (t) => {
  t.match(await failure(run({ path: 'pado-no-such-program' })), {
    code: 'ERR_PADO_NOT_FOUND',
    message: 'there is no program pado-no-such-program on PATH that can be run',
  });
  t.match(await failure(run({ path: './words.txt' })), { code: 'ERR_PADO_NOT_FOUND', message: /\.\/words\.txt from / });
  t.match(await failure(run({ path: './' })), { code: 'ERR_PADO_NOT_FOUND' });
  t.match(await failure(run({ encoding: 'klingon' })), { code: 'ERR_PADO_INVALID', message: /klingon/ });
  t.match(await failure(run({ arguments: 'get pods | wc -l' })), {
    code: 'ERR_PADO_INVALID',
    message: /has \| outside of quotes, which only a shell understands; quote it, or use path: sh/,
  });
});

/** Starts a child of its own, and tells both pids. */
const family = 'echo open sesame; sleep 60 & echo "[$$, $!]" > pids.part; mv pids.part pids; wait';
async function pids(t: Test, file: string): Promise<number[]> {
  const stopping = new AbortController();
  t.teardown(() => stopping.abort());
  const changes = watch(folder, { signal: stopping.signal });
  const read = () => readFile(file, 'utf8').then(JSON.parse, () => undefined);
  for (let found = await read(); ; found = await read()) {
    if (found !== undefined) return found;
    await changes.next();
  }
}

t.test('a timeout ends it and all that it has started', async (t) => {
  const error = await failure(run({ arguments: ['-c', family], timeout: 1 }));
  t.match(error, {
    code: 'ERR_PADO_PROVIDER',
    message: /took longer than its timeout of 1 s and was ended/,
    details: { stdout: '***\n' },
  });
  for (const pid of await pids(t, join(folder, 'pids'))) t.notOk(alive(pid));
});

t.test('so does an abort, also what will not be ended', async (t) => {
  await rm(join(folder, 'pids'), { force: true });
  const stopping = new AbortController();
  const running = failure(run({ arguments: ['-c', `trap '' TERM; ${family}`] }, stopping.signal));
  const started = await pids(t, join(folder, 'pids'));
  const reason = new Error('stopped');
  stopping.abort(reason);
  t.equal(await running, reason);
  for (const pid of started) t.notOk(alive(pid));
  t.equal(await failure(run({}, AbortSignal.abort(reason))), reason, 'before it begins');
});

t.test('what is left behind holds nobody up', async (t) => {
  const { output } = await run({ arguments: ['-c', 'sleep 60 & echo $!'] });
  const pid = Number((output as { stdout: string }).stdout);
  t.ok(alive(pid));
  process.kill(pid);
});

t.test("words are split as Python's shlex does", async (t) => {
  const texts = [
    '',
    '  ',
    'a b',
    " a\t'b c'\n",
    '""',
    "a''b",
    '"a\\"b\\\\c\\d"',
    "'a\\'",
    'a\\ b',
    '\\\\',
    'a"b c"d',
    '한 "글 x"',
    '#a b#c',
  ];
  const python = 'import json, shlex, sys; json.dump([shlex.split(t) for t in json.load(sys.stdin)], sys.stdout)';
  const theirs = JSON.parse(
    execFileSync('python3', ['-c', python], { input: JSON.stringify(texts), encoding: 'utf8' }),
  );
  for (const [i, text] of texts.entries()) t.same(shellWords(text), theirs[i], JSON.stringify(text));
  for (const text of [
    '"a',
    "'a",
    'a\\',
    'a > b',
    'a; b',
    'a && b',
    '`a`',
    '$(a)',
    '$HOME',
    `$${'{HOME}'}/x`,
    'a &',
    'a < b',
  ])
    t.throws(() => shellWords(text), { code: 'ERR_PADO_INVALID' }, text);
  t.same(shellWords('\'a|b\' "c;$d" e\\>f x$ $1'), ['a|b', 'c;$d', 'e>f', 'x$', '$1'], 'quoted, it is text');
});
