import { execFile } from 'node:child_process';
import { access, copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { nodeOf } from '../../helpers/programs.ts';

t.setTimeout(600_000);
const exec = promisify(execFile);
const root = fileURLToPath(new URL('../../../', import.meta.url));
const example = join(root, 'services/kit/example');

/** A program whose NODE_OPTIONS are not the test runner's, whose preload neither tsc nor an old Node.js bears. */
const run = (file: string, args: readonly string[], cwd = root) =>
  exec('/bin/sh', ['-c', 'unset NODE_OPTIONS; exec "$0" "$@"', file, ...args], { cwd, timeout: 300_000 });

/** An empty project outside the repository, so that nothing is found in a folder above; installed once for all tests. */
const project = await mkdtemp(join(tmpdir(), 'kit-user-'));
t.teardown(() => rm(project, { recursive: true, force: true }));
const packed = await run(process.execPath, ['services/kit/build.ts', '--pack', join(project, 'packed')]);
const tarball = packed.stdout.trim();
await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'user', private: true, type: 'module' }));
await run('npm', ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', tarball], project);
const installed = join(project, 'node_modules/@pado/kit');

/** Runs a program in the empty project and answers what it wrote. */
async function node(args: readonly string[], execPath = process.execPath): Promise<string> {
  const { stdout } = await run(execPath, args, project);
  return stdout;
}

const evaluate = (source: string) => node(['--input-type=module', '--eval', source]);

t.test('the tarball holds compiled files with their types, LICENSE and README, and nothing else', async (t) => {
  const { stdout } = await run('tar', ['-tzf', tarball]);
  const files = stdout.trim().split('\n');
  t.same(
    files.filter((file) => !/^package\/(dist\/.+\.(js|d\.ts)|LICENSE|README\.md|package\.json)$/.test(file)),
    [],
  );
  for (const file of ['LICENSE', 'README.md', 'dist/index.js', 'dist/index.d.ts', 'dist/resilience/index.d.ts'])
    t.ok(files.includes(`package/${file}`), file);
});

t.test('no file names the folder that it was made in, a source map or a TypeScript source', async (t) => {
  const names = await readdir(installed, { recursive: true, withFileTypes: true });
  for (const { parentPath, name } of names.filter((entry) => entry.isFile())) {
    const text = await readFile(join(parentPath, name), 'utf8');
    t.notOk(text.includes(root) || text.includes('sourceMappingURL'), name);
    t.notMatch(text, /(from |import\()['"]\.[^'"]*\.ts['"]/, name);
  }
});

t.test('the manifest is one that can be published', async (t) => {
  const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
  t.equal(manifest.private, undefined);
  t.match(manifest, { name: '@pado/kit', license: 'Apache-2.0', type: 'module', engines: { node: /^>=/ } });
  const { exports } = JSON.parse(await readFile(join(root, 'services/kit/package.json'), 'utf8'));
  t.same(Object.keys(manifest.exports), [...Object.keys(exports), './package.json']);
  for (const { types, default: code } of Object.values<{ types?: string; default?: string }>(manifest.exports))
    for (const file of [types, code]) if (file) await t.resolves(access(join(installed, file)), file);
  t.notMatch(JSON.stringify(manifest), /\.\/src\//);
});

t.test('every entry point can be imported', async (t) => {
  const names = await evaluate(`
    const names = {};
    for (const entry of ['', '/resilience', '/named', '/presets', '/policy'])
      names[entry] = Object.keys(await import('@pado/kit' + entry));
    console.log(JSON.stringify(names));
  `);
  const expected = { '': 'PeerClient', '/resilience': 'withRetry', '/presets': 'presets', '/policy': 'policySchema' };
  for (const [entry, name] of Object.entries(expected))
    t.ok(JSON.parse(names)[entry].includes(name), `${entry} ${name}`);
});

/** The files that importing `entry` loads, below node_modules. */
const loadedBy = async (entry: string): Promise<string[]> =>
  JSON.parse(
    await evaluate(`
      import { registerHooks } from 'node:module';
      const urls = [];
      registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) });
      await import('${entry}');
      console.log(JSON.stringify(urls.flatMap((url) => url.split('/node_modules/')[1] ?? [])));
    `),
  );

t.test('the policies load no other package', async (t) => {
  const loaded = await loadedBy('@pado/kit/resilience');
  t.ok(loaded.includes('@pado/kit/dist/resilience/index.js'));
  t.same(
    loaded.filter((file) => !file.startsWith('@pado/kit/')),
    [],
  );
  const whole = await loadedBy('@pado/kit');
  for (const name of ['fastify', 'pg', 'undici', 'prom-client'])
    t.ok(
      whole.some((file) => file.startsWith(`${name}/`)),
      `the list would show ${name}`,
    );
});

t.test('the example stops calling a server that is down, comes back, and cancels what is late', async (t) => {
  for (const file of await readdir(example)) await copyFile(join(example, file), join(project, file));
  for (const version of ['24', '20'] as const) {
    const execPath = await nodeOf(version);
    if (execPath === undefined) {
      t.comment(`there is no Node.js ${version} for this platform`);
      continue;
    }
    const lines = (await node(['client.js'], execPath)).trim().split('\n');
    t.equal(lines.pop(), 'cancelled', version);
    const [well, down, again, silent] = lines.map((line) => JSON.parse(line));
    t.same(well, { mode: 'well', calls: 30, attempts: 30, answered: 30 }, version);
    // 30 calls reach the peer before half of the window is failures, and ten tokens pay for ten retries: 40 attempts.
    // Each second that the machine stalls adds five trials; without the budget it would be 90, without the breaker 110.
    t.ok(down.attempts <= 60 && down.status + down.breaker === 100, `${version}: ${lines[1]}`);
    t.same(again, { mode: 'well', calls: 30, attempts: 30, answered: 30 }, version);
    t.same(silent, { mode: 'silent', calls: 1, attempts: 1, deadline: 1 }, version);
  }
});

const user = `
import { defineService, PeerClient } from '@pado/kit';
import type { PeerPolicy } from '@pado/kit/policy';
import { presets } from '@pado/kit/presets';
import { Bulkhead } from '@pado/kit/resilience';

export const policy: PeerPolicy = { deadlineMs: 100, retry: { maxAttempts: 3 } };
export const preset: string = presets.full.preset;
export const answer: number = await new Bulkhead('stock').run(
  { maxConcurrent: 1, maxQueued: 0 }, AbortSignal.timeout(100), async () => 1,
);
export { defineService, PeerClient };
// @ts-expect-error there is no such policy
export const wrong: PeerPolicy = { deadline: 100 };
`;

t.test('a program of strict TypeScript compiles against the declarations, which are checked too', async (t) => {
  const compilerOptions = { strict: true, module: 'nodenext', target: 'es2024', noEmit: true, types: ['node'] };
  await writeFile(join(project, 'user.ts'), user);
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['user.ts'] }));
  const tsc = run(join(root, 'node_modules/.bin/tsc'), ['--project', project], project);
  const { stdout } = await tsc.catch((error: { stdout: string }) => error);
  t.equal(stdout, '');
});
