import { type SpawnOptionsWithoutStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { userPath } from '../../../runner/src/commands/exec.ts';

const bin = fileURLToPath(new URL('../../../runner/bin/pado', import.meta.url));

/** A project whose agent has been killed; without that file, one of the checkout would be found. */
const project = { '.pado': { 'agent.json': '{"url":"http://127.0.0.1:1","tokenFile":"none","pid":1}' } };

async function pado(args: readonly string[], options: SpawnOptionsWithoutStdio) {
  const child = spawn('sh', [bin, ...args], options);
  child.stdin.end();
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const [exitCode] = (await once(child, 'exit')) as [number];
  const [stdout, stderr] = await output;
  return { exitCode, stdout, stderr };
}

t.test('runs a program as a target and returns its exit code', async (t) => {
  const cwd = t.testdir({
    ...project,
    'app.mjs': 'console.log(process.env.PADO_NAME, process.env.PADO_LABELS); process.exitCode = 7;',
  });
  const line = ['exec', '--name', 'web', '--label', 'tier=front', '--', 'node', 'app.mjs'];
  const { exitCode, stdout, stderr } = await pado(line, { cwd });
  t.equal(exitCode, 7);
  t.match(stderr, /no agent is up/);
  t.equal(stdout, 'web tier=front\n');
});

t.test('with --json stdout holds one document only', async (t) => {
  const cwd = t.testdir(project);
  const { stdout, stderr } = await pado(['exec', '--json', '--name', 'web', '--', 'node', '-p', '"hello"'], { cwd });
  t.match(JSON.parse(stdout), { name: 'web', exitCode: 0 });
  t.match(stderr, /hello/);
});

t.test('passes signals on', async (t) => {
  const cwd = t.testdir(project);
  const script = `process.on('SIGTERM', () => { console.log('asked'); process.exit(9); }); console.log('up'); setInterval(() => {}, 1e6);`;
  const child = spawn('sh', [bin, 'exec', '--name', 'web', '--', 'node', '-e', script], {
    cwd,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const lines = child.stdout.setEncoding('utf8');
  await once(lines, 'data');
  child.kill('SIGTERM');
  t.strictSame(await once(lines, 'data'), ['asked\n']);
  t.strictSame(await once(child, 'exit'), [9, null]);
});

t.test('refuses what cannot be a name, and a program that is not there', async (t) => {
  const cwd = t.testdir(project);
  t.match(await pado(['exec', '--', 'node'], { cwd }), { exitCode: 2, stderr: /needs --name NAME/ });
  t.match(await pado(['exec', '--name', 'Web!', '--', 'node'], { cwd }), { exitCode: 2, stderr: /not "Web!"/ });
  t.match(await pado(['exec', '--name', 'web', '--', 'no-such-program'], { cwd }), {
    exitCode: 2,
    stderr: /no such program/,
  });
});

t.test('gives the program the PATH it would have had', async (t) => {
  const installation = '/checkout';
  const path = (...folders: string[]) => folders.join(delimiter);
  const npm = path('/checkout/node_modules/.bin', '/node_modules/.bin', '/npm/node-gyp-bin');
  const own = path('/home/me/app/node_modules/.bin', '/usr/bin');
  const ours = { npm_package_json: join(installation, 'package.json') };
  t.equal(userPath({ installation, environment: { ...ours, PATH: path(npm, '/bin', own) } }), path('/bin', own));
  t.equal(userPath({ installation, environment: { PATH: own } }), own, 'untouched without npm');
  t.equal(userPath({ installation, environment: { PATH: path('/checkout/node_modules/.bin', own) } }), own);
});
