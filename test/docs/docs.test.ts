import { access, readdir, readFile } from 'node:fs/promises';
import { effectSchema, errorCodes } from '@pado/fault';
import { peerPolicySchema, serverPolicySchema } from '@pado/kit/policy';
import { presetNames } from '@pado/kit/presets';
import t from 'tap';
import { faultReference, referenceFile } from '../../agent/fault/reference.ts';
import { commands } from '../../runner/src/commands/index.ts';
import { exitCodes } from '../../runner/src/contracts.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFile(new URL(path, root), 'utf8');
const readme = await read('README.md');

/** The first cells of the rows below the header row that begins with `head`. */
function firstColumn(text: string, head: string): string[] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${head} |`));
  const rows = lines.slice(start + 2);
  return rows
    .slice(
      0,
      rows.findIndex((line) => !line.startsWith('|')),
    )
    .map((row) => (row.split('|')[1] ?? '').trim().replaceAll('`', ''));
}

t.test('README lists the commands that there are, with their own words', async (t) => {
  t.same(firstColumn(readme, 'command').sort(), commands.map(({ name }) => name).sort());
  for (const { name, summary } of commands) t.ok(readme.includes(`| \`${name}\` | ${summary} |`), name);
});

t.test('README lists the scripts that there are', async (t) => {
  const { scripts } = JSON.parse(await read('package.json')) as { scripts: Record<string, string> };
  const listed = firstColumn(readme, 'script').map((text) => text.replace(/^npm (run )?/, ''));
  t.same(listed.sort(), Object.keys(scripts).sort());
});

t.test('README lists every exit code of a verdict', async (t) => {
  const listed = firstColumn(readme, 'exit code').flatMap((cell) => cell.split(',').map(Number));
  t.same(listed, [...new Set([...listed, ...Object.values(exitCodes)])]);
});

t.test('the folders and files that README names are there', async (t) => {
  for (const [, path] of readme.matchAll(/\]\((?!http)([^)#]+)\)/g)) {
    await t.resolves(access(new URL(path!, root)), path!);
  }
});

t.test('the error reference and the code list the same codes', async (t) => {
  const page = await read('docs/reference/errors.md');
  for (const [code, meaning] of Object.entries(errorCodes)) t.ok(page.includes(`| \`${code}\` | ${meaning} |`), code);
  t.equal(firstColumn(page, 'code').length, Object.keys(errorCodes).length);
});

t.test('every error code is raised somewhere', async (t) => {
  const files = await Promise.all(
    ['agent', 'runner/src'].map((folder) => readdir(new URL(folder, root), { recursive: true })),
  );
  const sources = await Promise.all(
    files.flatMap((names, index) =>
      names
        .filter(
          (name) => name.endsWith('.ts') && !name.includes('node_modules') && !name.endsWith('fault/src/errors.ts'),
        )
        .map((name) => read(`${['agent', 'runner/src'][index]}/${name}`)),
    ),
  );
  for (const code of Object.keys(errorCodes))
    t.ok(
      sources.some((source) => source.includes(code)),
      code,
    );
});

t.test('the fault reference is the one that the schema gives', async (t) => {
  t.equal(await readFile(referenceFile, 'utf8'), faultReference(), 'node agent/fault/reference.ts writes it');
  for (const branch of effectSchema.oneOf as { properties: { kind: { const: string } } }[])
    t.ok(readme.includes(`\`${branch.properties.kind.const}\``), `README names ${branch.properties.kind.const}`);
});

t.test('the policy reference lists the fields and presets that there are', async (t) => {
  const page = await read('docs/reference/policies.md');
  t.same(firstColumn(page, 'field').sort(), Object.keys(peerPolicySchema.properties).sort());
  t.same(firstColumn(page, 'of a server').sort(), Object.keys(serverPolicySchema.properties).sort());
  for (const preset of presetNames) t.match(page, new RegExp(`\`${preset}\``));
});
