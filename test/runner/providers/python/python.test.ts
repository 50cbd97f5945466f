import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import type { PythonProvider } from '../../../../runner/src/experiment/schema.ts';
import type { CallContext } from '../../../../runner/src/providers/provider.ts';
import { isInterruption, openPython, type Python } from '../../../../runner/src/providers/python/python.ts';
import { ensureChaosToolkit } from '../../../helpers/chaostoolkit.ts';
import { failure } from '../../../helpers/failure.ts';

const fixtures = fileURLToPath(new URL('../../../fixtures/python', import.meta.url));
const kit = await ensureChaosToolkit(t);
if (kit === undefined) process.exit(0);
const { python: path } = kit;

const open = (t: Test, told: string[] = [], more: NodeJS.ProcessEnv = {}): Python => {
  const environment = {
    ...process.env,
    PADO_PYTHON: path,
    PYTHONPATH: fixtures,
    PYTHONDONTWRITEBYTECODE: '1',
    HOME: t.testdirName,
    ...more,
  };
  const tell = (level: string, text: string) => told.push(`${level}: ${text}`);
  const python = openPython({ environment, cwd: process.cwd(), tell });
  t.teardown(() => python.close());
  return python;
};
const context = (more: Partial<CallContext> = {}): CallContext => ({
  signal: new AbortController().signal,
  configuration: { zone: 'a' },
  secrets: { door: { token: 'open sesame' }, other: { token: 'other word' } },
  cwd: '.',
  ...more,
});
const calling = (func: string, more: Partial<PythonProvider> = {}): PythonProvider => ({
  type: 'python',
  module: 'pado_example',
  func,
  ...more,
});

t.test('functions', async (t) => {
  const told: string[] = [];
  const python = open(t, told);
  const output = async (...of: Parameters<typeof calling>) => (await python.call(calling(...of), context())).output;

  t.equal(await output('add', { arguments: { a: 1, b: 2 } }), 3);
  t.same(
    await output('context', { secrets: ['door'] }),
    { secrets: { token: 'open sesame' }, configuration: { zone: 'a' } },
    'secrets of the named groups and the configuration go to the parameters of these names',
  );
  t.match(
    await output('kinds'),
    { nan: null, when: '2026-01-02T00:00:00', price: '1.5', pair: [1, 2], bytes: 'text', other: /module 'sys'/ },
    'what JSON cannot hold is written as it can',
  );
  t.equal(await output('chatty'), 'answer', 'what a function prints is no answer');
  t.match(
    await failure(output('fail')),
    {
      code: 'ERR_PADO_PROVIDER',
      message: /pado_example\.fail: ValueError: no door for anyone \(.*pado_example\.py:\d+\)/,
    },
    'an exception is told with its place',
  );
  t.match(
    await failure(output('fail', { arguments: { token: 'open sesame' } })),
    { message: /no door for \*\*\*/, details: { traceback: /no door for \*\*\*/ } },
    'without secrets',
  );
  t.match(await failure(output('activity_failed')), { code: 'ERR_PADO_PROVIDER', message: /not today/ });
  t.match(await failure(output('leave')), { code: 'ERR_PADO_PROVIDER', message: /SystemExit: 3/ });
  t.match(await failure(output('nowhere')), { code: 'ERR_PADO_INVALID', message: /does not expose .*'nowhere'/ });
  t.match(await failure(output('add')), { code: 'ERR_PADO_INVALID', message: /argument 'a' is missing/ });
  t.match(await failure(output('x', { module: 'pado_missing.probes' })), {
    code: 'ERR_PADO_NOT_FOUND',
    message: /No module named 'pado_missing'.*install the extension/,
  });
  t.ok(told.includes('info: this is no answer') && told.includes('info: nor is this'), 'printed lines are told');
});

t.test('one process serves all, also at the same time', async (t) => {
  const python = open(t);
  const slow = python.call(calling('sleep', { arguments: { seconds: 60 } }), context());
  slow.catch(() => {});
  const [a, b] = await Promise.all([python.call(calling('pid'), context()), python.call(calling('pid'), context())]);
  t.equal(a.output, b.output);
});

t.test('what is aborted is not waited for, and gets an exception', async (t) => {
  const file = join(t.testdir(), 'tidied');
  const python = open(t);
  const stopping = new AbortController();
  const call = python.call(
    calling('sleep', { arguments: { seconds: 60, file } }),
    context({ signal: stopping.signal }),
  );
  await python.call(calling('pid'), context());
  stopping.abort(new Error('stopped'));
  t.match(await failure(call), { message: 'stopped' });
  const text = async (): Promise<string> => readFile(file, 'utf8').catch(text);
  t.equal(await text(), 'tidied up');
});

t.test('a process that ends is told, and the next call too', async (t) => {
  const python = open(t);
  const ended = { code: 'ERR_PADO_CHILD_DIED', message: /has ended by exit code 7; it said last: last words/ };
  t.match(await failure(python.call(calling('crash'), context())), ended);
  t.match(await failure(python.call(calling('pid'), context())), ended);
  await python.close();
});

t.test('a Python without chaostoolkit, one that is none, and none', async (t) => {
  const folder = t.testdir();
  const ask = (more: NodeJS.ProcessEnv) => failure(open(t, [], more).call(calling('pid'), context()));
  // Neither packages of the environment nor of the user: -S is what PYTHONHOME cannot say.
  const bare = join(folder, 'bare');
  await writeFile(bare, `#!/bin/sh\nexec "${path}" -S "$@"\n`, { mode: 0o755 });
  t.match(await ask({ PADO_PYTHON: bare }), {
    code: 'ERR_PADO_NOT_FOUND',
    message: /bare \(PADO_PYTHON names it\) has no chaostoolkit \(No module named .*pip install chaostoolkit/,
  });
  await writeFile(join(folder, 'broken'), '#!/bin/sh\necho not a snake >&2\nexit 1\n', { mode: 0o755 });
  t.match(await ask({ PADO_PYTHON: join(folder, 'broken') }), {
    code: 'ERR_PADO_CHILD_DIED',
    message: /exit code 1; it said last: not a snake/,
  });
  t.match(await ask({ PADO_PYTHON: join(folder, 'nothing') }), {
    code: 'ERR_PADO_NOT_FOUND',
    message: /no such program/,
  });
});

t.test('controls', async (t) => {
  const log = join(t.testdir(), 'log.json');
  const told: string[] = [];
  const python = open(t, told);
  const control = (name: string, args: object = {}) => ({
    name,
    provider: { type: 'python', module: 'pado_control', arguments: args },
  });
  const experiment = {
    title: 'a title',
    controls: [control('all', { log, interrupt_at: 'last' })],
    'steady-state-hypothesis': { title: 'steady', probes: [] },
    method: [],
  };
  await python.begin({ experiment, configuration: { zone: 'a' }, secrets: { door: { token: 'open sesame' } } });
  await python.control('before', 'experiment', experiment);
  await python.control('before', 'hypothesis', experiment['steady-state-hypothesis']);
  await python.control('before', 'method', experiment);
  const activity = { type: 'probe', name: 'first', provider: calling('add') };
  const before = await python.control('before', 'activity', activity);
  t.match(before.subject, { provider: { arguments: { a: 41 } } }, 'a control may change an activity');
  const after = await python.control('after', 'activity', before.subject, { output: 42 });
  t.same(after.state, { output: 42, noted: true }, 'and add to its result');
  const interruption = await failure(python.control('before', 'activity', { ...activity, name: 'last' }));
  t.match(interruption, { code: 'ERR_PADO_PROVIDER', message: /interrupted the run: that is far enough/ });
  t.ok(isInterruption(interruption));
  await python.control('after', 'experiment', experiment, { status: 'interrupted' });
  await python.close();
  await python.close();
  t.match(JSON.parse(await readFile(log, 'utf8')), [
    { what: 'configure', title: 'a title', configuration: { zone: 'a' } },
    { what: 'before experiment', title: 'a title' },
    { what: 'before hypothesis', title: 'steady' },
    { what: 'before activity', name: 'first' },
    { what: 'after activity', name: 'first', output: 42 },
    { what: 'after experiment', status: 'interrupted' },
    { what: 'cleanup' },
  ]);
  t.match(
    told.join('\n'),
    /warning: Before-control 'all' failed: RuntimeError: a control's own trouble/,
    'never hidden',
  );
});

t.test('global controls come from the settings', async (t) => {
  const home = t.testdir();
  const log = join(home, 'log.json');
  t.testdir({
    '.chaostoolkit': {
      'settings.yaml': `controls: {everywhere: {provider: {type: python, module: pado_control, arguments: {log: ${log}}}}}`,
    },
  });
  const python = open(t, [], { HOME: home });
  const experiment = { title: 'a title', method: [] };
  await python.begin({ experiment, configuration: {}, secrets: {} });
  await python.control('before', 'activity', { name: 'first', provider: {} });
  await python.close();
  t.match(JSON.parse(await readFile(log, 'utf8')), [
    { what: 'configure', settings: { controls: { everywhere: {} } } },
    { what: 'before activity', name: 'first' },
    { what: 'cleanup' },
  ]);
});
