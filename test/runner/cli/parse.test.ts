import t from 'tap';
import type { Command } from '../../../runner/src/cli/command.ts';
import { parseLine } from '../../../runner/src/cli/parse.ts';

const command = (name: string, more: Partial<Command> = {}): Command => ({
  name,
  summary: name,
  options: {},
  examples: [`pado ${name}`],
  run: async () => ({ json: null }),
  ...more,
});

const commands = [
  command('up', { options: { port: { type: 'string', multiple: true, description: 'a port' } } }),
  command('fault apply', { options: { file: { type: 'string', short: 'f', description: 'a file' } } }),
  command('fault list'),
  command('run', {
    positional: { name: 'FILE', description: 'files', max: 9 },
    options: { dry: { type: 'string', choices: ['probes', 'actions'], description: 'leaves out' } },
  }),
  command('exec', { options: { name: { type: 'string', description: 'a name' } }, rest: 'COMMAND' }),
];

t.test('reads options, positionals and what follows --', async (t) => {
  const apply = parseLine(commands, ['fault', 'apply', '-f', 'x.yaml', '--json']);
  t.equal(apply.command.name, 'fault apply');
  t.equal(apply.values.string('file'), 'x.yaml');
  t.equal(apply.values.boolean('json'), true);

  const up = parseLine(commands, ['up', '--port', 'gateway=1', '--port=agent=2']);
  t.strictSame(up.values.strings('port'), ['gateway=1', 'agent=2']);

  t.strictSame(parseLine(commands, ['run', 'a.yaml', 'b.yaml']).positionals, ['a.yaml', 'b.yaml']);

  const exec = parseLine(commands, ['exec', '--name', 'web', '--', 'node', '--json', '--help']);
  t.strictSame(exec.rest, ['node', '--json', '--help'], "the user's own options are left alone");
  t.equal(exec.values.boolean('json'), false);
});

const mistakes: readonly [line: string, message: RegExp][] = [
  ['upp', /unknown command "upp" \(did you mean "up"\?\); the commands are: up, fault, run, exec/],
  ['zzzzzzzz', /unknown command "zzzzzzzz"; the commands are/],
  ['fault', /"fault" needs one of: apply, list/],
  ['fault aply', /unknown command "fault aply" \(did you mean "apply"\?\)/],
  ['fault --json', /"fault" needs one of/],
  ['up --prot 1', /unknown option --prot of "up" \(did you mean "--port"\?\)/],
  ['up -x', /unknown option -x of "up"/],
  ['up --port', /up: .*argument missing/],
  ['up --json=yes', /up: .*does not take an argument/],
  ['up now', /"up" does not take "now"/],
  ['run', /"run" needs FILE/],
  ['run --dry', /--dry needs one of: probes, actions/],
  ['run a.yaml --dry=action', /--dry action: not one of probes, actions \(did you mean "actions"\?\)/],
  ['exec --name web', /"exec" needs -- and then COMMAND/],
];

for (const [line, message] of mistakes) {
  t.test(`refuses: pado ${line}`, async (t) => {
    t.throws(() => parseLine(commands, line.split(' ')), { code: 'ERR_PADO_USAGE', message });
  });
}

t.test('--help asks for nothing else', async (t) => {
  t.equal(parseLine(commands, ['run', '--help']).values.boolean('help'), true);
});
