import { type ErrorCode, PadoError } from '@pado/fault';
import t from 'tap';
import type { Command } from '../../../runner/src/cli/command.ts';
import { Interrupted } from '../../../runner/src/cli/errors.ts';
import { run } from '../../../runner/src/cli/run.ts';
import { readSettings } from '../../../runner/src/cli/settings.ts';

async function pado(line: string, action: Command['run'], debug = false) {
  let stdout = '';
  let stderr = '';
  const command: Command = { name: 'act', summary: 'acts', options: {}, examples: [], run: action };
  const exitCode = await run(
    [command],
    line.split(' '),
    { ...readSettings(), debug },
    {
      out: (text) => {
        stdout += text;
      },
      err: (text) => {
        stderr += text;
      },
    },
  );
  return { exitCode, stdout, stderr };
}

t.test('prints the text, and with --json exactly one document', async (t) => {
  const action: Command['run'] = async ({ progress }) => {
    progress('working');
    return { exitCode: 3, json: { a: 1 }, text: 'one' };
  };
  t.strictSame(await pado('act', action), { exitCode: 3, stdout: 'one\n', stderr: 'working\n' });
  const { exitCode, stdout } = await pado('act --json', action);
  t.equal(exitCode, 3);
  t.strictSame(JSON.parse(stdout), { a: 1 });
});

const exits: readonly [ErrorCode, number][] = [
  ['ERR_PADO_USAGE', 2],
  ['ERR_PADO_INVALID', 2],
  ['ERR_PADO_NOT_FOUND', 2],
  ['ERR_PADO_PORT_TAKEN', 2],
  ['ERR_PADO_NO_TARGET', 3],
  ['ERR_PADO_CHILD_DIED', 5],
  ['ERR_PADO_TOOL_MISSING', 5],
];

for (const [code, expected] of exits) {
  t.test(`${code} ends with ${expected}, on stderr and in the document`, async (t) => {
    const { exitCode, stdout, stderr } = await pado('act --json', async () => {
      throw new PadoError(code, 'it is wrong', { details: { line: 7 } });
    });
    t.equal(exitCode, expected);
    t.equal(stderr, `pado: it is wrong [${code}]\n`);
    t.strictSame(JSON.parse(stdout), { error: { code, message: 'it is wrong', details: { line: 7 } } });
  });
}

t.test('an unexpected error is ERR_PADO_INTERNAL, with its stack only under PADO_DEBUG', async (t) => {
  const action = async () => {
    throw new TypeError('x is not a function');
  };
  const short = await pado('act', action);
  t.equal(short.exitCode, 5);
  t.match(short.stderr, /x is not a function .*\[ERR_PADO_INTERNAL\]/);
  t.notMatch(short.stderr, /run\.test\.ts/);
  t.match((await pado('act', action, true)).stderr, /run\.test\.ts/);
});

t.test('an interrupted command ends with 128 + the signal', async (t) => {
  const by = (signal: NodeJS.Signals) => pado('act', () => Promise.reject(new Interrupted(signal)));
  t.equal((await by('SIGINT')).exitCode, 130);
  t.equal((await by('SIGTERM')).exitCode, 143);
});

t.test('a signal aborts the command', async (t) => {
  const { exitCode, stderr } = await pado('act', async ({ signal }) => {
    const aborted = new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    process.emit('SIGTERM', 'SIGTERM');
    await aborted;
    return { json: null };
  });
  t.equal(exitCode, 143);
  t.match(stderr, /SIGTERM: stopping/);
});

t.test('--help answers without running', async (t) => {
  const { exitCode, stdout } = await pado('act --help', () => t.fail('ran') as never);
  t.equal(exitCode, 0);
  t.match(stdout, /usage: pado act/);
});
