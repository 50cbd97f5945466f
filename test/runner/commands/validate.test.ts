import t from 'tap';
import { run } from '../../../runner/src/cli/run.ts';
import { readSettings } from '../../../runner/src/cli/settings.ts';
import { commands } from '../../../runner/src/commands/index.ts';

const fault = `apiVersion: pado.dev/v1alpha1
kind: Fault
metadata: {name: slow}
spec:
  target: {selector: {matchLabels: {app.kubernetes.io/name: web}}}
  ttl: 60s
  effects:
    - {kind: latency, direction: inbound, delay: 1s}
`;
const probes = `title: Fine
probes:
  - type: probe
    name: up
    tolerance: 1
    provider: {type: prometheus, query: up}
`;
const files = {
  'fault.yaml': fault,
  'faults.yaml': `${fault.replace('60s', '60')}---\n${fault.replace('1s', 'x')}`,
  'steady.yaml': probes,
  'unsteady.yaml': probes.replace('query: up', 'query: ""'),
  'plain.json': '{"title": "x", "description": "y", "method": []}',
  'wrong.yaml': 'title: 1\nmethod: 2\n',
  'broken.yaml': 'a: [',
};

async function validate(folder: string, ...line: string[]) {
  let stdout = '';
  let stderr = '';
  const settings = { ...readSettings(), project: folder, workingDirectory: folder };
  const streams = { out: (text: string) => (stdout += text), err: (text: string) => (stderr += text) };
  return { exitCode: await run(commands, ['validate', ...line], settings, streams), stdout, stderr };
}

t.test('each kind of file is known by what is in it', async (t) => {
  t.strictSame(await validate(t.testdir(files), 'fault.yaml', 'steady.yaml', 'plain.json'), {
    exitCode: 0,
    stdout: 'fault.yaml: a valid fault\nsteady.yaml: a valid steady state\nplain.json: a valid experiment\n',
    stderr: '',
  });
});

t.test('all mistakes of all files are told at once, and what is right as well', async (t) => {
  const { exitCode, stdout, stderr } = await validate(t.testdir(files), ...Object.keys(files), 'none.yaml');
  t.equal(exitCode, 2);
  t.match(stdout, /fault\.yaml: a valid fault\nsteady\.yaml: a valid steady state\nplain\.json: a valid experiment/);
  for (const line of [
    /^pado: faults\.yaml:6:8: /m,
    /^faults\.yaml:17:\d+: /m,
    /^.*unsteady\.yaml:6:\d+: probes\[0\]/m,
    /wrong\.yaml:1:8: title/,
    /wrong\.yaml:2:9: method/,
    /broken\.yaml:1:\d+: /,
    /there is no file none\.yaml/,
  ])
    t.match(stderr, line);
});

t.test('--json: findings with line, column, path and message', async (t) => {
  const { exitCode, stdout } = await validate(t.testdir(files), 'wrong.yaml', 'fault.yaml', '--json');
  t.equal(exitCode, 2);
  const document = JSON.parse(stdout);
  t.match(document, {
    valid: false,
    files: [
      { file: 'wrong.yaml', valid: false },
      { file: 'fault.yaml', valid: true, kind: 'fault', findings: [] },
    ],
    error: { code: 'ERR_PADO_INVALID', message: /wrong\.yaml:1:8/ },
  });
  const title = document.files[0].findings.find(({ line }: { line: number }) => line === 1);
  t.match(title, { line: 1, column: Number, path: Array, message: String });
});
