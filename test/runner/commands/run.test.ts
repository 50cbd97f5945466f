import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { run } from '../../../runner/src/cli/run.ts';
import { readSettings } from '../../../runner/src/cli/settings.ts';
import { commands } from '../../../runner/src/commands/index.ts';

/** A plain experiment of Chaos Toolkit, which needs nothing of ours: it holds when `path` exits with 0. */
const experiment = (path: string, more: object = {}) =>
  JSON.stringify({
    title: 'Plain',
    description: 'For a test.',
    'steady-state-hypothesis': {
      title: 'Fine',
      probes: [{ type: 'probe', name: 'it lives', tolerance: 0, provider: { type: 'process', path } }],
    },
    method: [],
    ...more,
  });
const fault = `title: Slow
description: For a test.
method:
  - type: action
    name: slow payments
    provider:
      type: fault
      spec:
        target: {selector: {matchLabels: {app.kubernetes.io/name: payments}}}
        ttl: 60s
        effects: [{kind: latency, direction: inbound, delay: 1s}]
    pauses: {after: 1}
`;

function project(t: Test, files: Record<string, string> = {}) {
  const folder = t.testdir({ '.pado': {}, 'held.json': experiment('true'), ...files });
  const pado = async (...line: string[]) => {
    let stdout = '';
    let stderr = '';
    const settings = {
      ...readSettings(),
      ...{ project: folder, workingDirectory: folder, environment: {}, installation: folder, width: 80 },
    };
    const exitCode = await run(commands, line, settings, {
      out: (text) => (stdout += text),
      err: (text) => (stderr += text),
    });
    return { exitCode, stdout, stderr };
  };
  return { folder, pado };
}

t.test('an experiment that needs no shop runs without one', async (t) => {
  const { pado, folder } = project(t);
  const events = join(folder, 'out/events.ndjson');
  const { exitCode, stdout } = await pado('run', 'held.json', '--json', '--events', events);
  t.equal(exitCode, 0);
  t.match(JSON.parse(stdout), {
    runs: [{ file: /held\.json$/, policies: 'none', verdict: 'held', probes: { before: { met: 1, judged: 1 } } }],
    summary: { runs: 1, text: 'held 1 of 1', exitCode: 0 },
  });
  const lines = (await readFile(events, 'utf8')).trim().split('\n');
  t.match(JSON.parse(lines[0]!), { type: 'started' });
  t.match(JSON.parse(lines.at(-1)!), { type: 'finished', verdict: 'held' });
});

t.test('one that needs something is told what, before anything runs', async (t) => {
  const { pado, folder } = project(t, { 'slow.yaml': fault });
  const { exitCode, stderr, stdout } = await pado('run', 'held.json', 'slow.yaml', '--junit', 'x.xml');
  t.match({ exitCode, stdout }, { exitCode: 2, stdout: '' });
  t.match(stderr, /slow\.yaml: the experiment needs an agent, for its faults: start the shop with `pado up`/);
  t.throws(() => readFileSync(join(folder, '.pado/runs')), { code: 'ENOENT' });
  t.match(await readFile(join(folder, 'x.xml'), 'utf8'), /<testsuites name="pado" tests="0"/);
});

t.test('several files and repetitions: a failing one does not keep the next from running', async (t) => {
  const { pado, folder } = project(t, { 'deviated.json': experiment('false') });
  const line = ['run', 'deviated.json', 'held.json', '--repeat', '2', '--junit', 'results/junit.xml', '--github'];
  const { exitCode, stdout, stderr } = await pado(...line);
  t.equal(exitCode, 1);
  t.match(stdout, /^deviated +#1|^deviated #1 +deviated +0\/1/m);
  t.match(stdout, /^held #2 +held +1\/1/m);
  t.match(stdout, /^held 2 of 4 +deviated +2\/4/m);
  t.match(stderr, /run 4 of 4: .*held\.json \(2 of 2\)/);
  t.match(stderr, /^::error file=deviated\.json,line=1,col=\d+,title=it lives \(before\)::1, expected status 0$/m);
  t.match(await readFile(join(folder, 'results/junit.xml'), 'utf8'), /<testsuites name="pado" tests="8" failures="4"/);
});

t.test('variables of the command line and of files reach the experiment', async (t) => {
  const { pado } = project(t, {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference of the experiment's
    'var.json': experiment('${program}', { configuration: { program: 'false' } }),
    'vars.yaml': 'configuration: {program: "true"}',
  });
  t.equal((await pado('run', 'var.json')).exitCode, 1);
  t.equal((await pado('run', 'var.json', '--var', 'program=true')).exitCode, 0);
  t.equal((await pado('run', 'var.json', '--var-file', 'vars.yaml')).exitCode, 0);
});

t.test('the mistakes of all files are told at once, to GitHub too', async (t) => {
  const { pado } = project(t, { 'a.yaml': 'title: [\n', 'b.yaml': 'title: x\ndescription: y\nmethod: 1\n' });
  const { exitCode, stderr, stdout } = await pado(
    'run',
    'a.yaml',
    'held.json',
    'b.yaml',
    'c.yaml',
    '--github',
    '--json',
  );
  t.equal(exitCode, 2);
  t.match(stderr, /a\.yaml:\d+:\d+: /);
  t.match(stderr, /b\.yaml:3:9: method: /);
  t.match(stderr, /there is no file .*c\.yaml/);
  t.match(stderr, /^::error file=b\.yaml,line=3,col=9,title=invalid file::/m);
  t.match(JSON.parse(stdout).error.details.findings, [{ file: /a\.yaml/ }, { file: /b\.yaml/, line: 3 }, {}]);
});

const mistakes: readonly [options: string, message: RegExp][] = [
  ['--dry', /--dry needs one of: probes, actions, activities, pause/],
  ['--dry action', /--dry action: not one of probes, actions, .*\(did you mean "actions"\?\)/],
  ['--hypothesis-strategy continously', /did you mean "continuously"/],
  ['--rollback-strategy allways', /did you mean "always"/],
  ['--hypothesis-frequency 0', /--hypothesis-frequency 0: not a number from 0\.1 to 3600/],
  ['--hypothesis-frequency 1s', /--hypothesis-frequency 1s: not a number/],
  ['--repeat 0', /--repeat 0: not a whole number from 1 to 100/],
  ['--repeat 1.5', /--repeat 1\.5: not a whole number/],
  ['--repeat 101', /--repeat 101/],
  ['--var n', /--var n: not KEY=VALUE/],
  ['--prometheus localhost:9090', /--prometheus localhost:9090: not a URL such as/],
  ['--grafana grafana', /--grafana grafana: not a URL/],
  ['--webhook ftp://x', /--webhook .*: not a URL/],
  ['--load job', /--load job needs --kubernetes/],
  ['--load here', /--load here: not one of local, job, none/],
  ['--k6-image x', /--k6-image needs --kubernetes/],
  ['--agent held.json', /--agent held\.json: not the agent\.json/],
  ['--events /dev/null/x', /--events \/dev\/null\/x: it cannot be written/],
  ['--junit .', /--junit .*: it cannot be written/],
  ['--junitt x', /unknown option --junitt of "run" \(did you mean "--junit"\?\)/],
];
for (const [options, message] of mistakes) {
  t.test(`refuses: pado run held.json ${options}`, async (t) => {
    const { exitCode, stderr } = await project(t).pado('run', 'held.json', ...options.split(' '));
    t.equal(exitCode, 2);
    t.match(stderr, message);
  });
}

t.test('--chaostoolkit-exit-codes: 2 for the command line alone, 1 for files', async (t) => {
  const { pado } = project(t, { 'wrong.json': '{"title": 1}' });
  const codes = async (...line: string[]) => (await pado('run', '--chaostoolkit-exit-codes', ...line)).exitCode;
  t.equal(await codes('held.json'), 0);
  t.equal(await codes('wrong.json'), 1);
  t.equal(await codes('none.json'), 1);
  t.equal(await codes('held.json', '--dry', 'x'), 2);
});
