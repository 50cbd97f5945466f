// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax under test
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isPadoError } from '@pado/fault';
import t, { type Test } from 'tap';
import { services } from '../../../runner/src/contracts.ts';
import { type Finding, validateExperiment } from '../../../runner/src/experiment/validate.ts';
import { mutations, seeded } from '../../helpers/mutate.ts';

const environment = {};
const corpus = 'test/fixtures/invalid';

/** What is wrong with a file; undefined when it is valid. Anything but a list of findings fails the test. */
async function findings(t: Test, file: string, fact: string): Promise<readonly Finding[] | undefined> {
  let error: unknown;
  try {
    await validateExperiment(file, { services, environment });
    return undefined;
  } catch (reason) {
    error = reason;
  }
  if (!isPadoError(error) || error.code !== 'ERR_PADO_INVALID') {
    t.fail(`${fact}: a crash, not a finding`, { error });
    return [];
  }
  const found = (error.details.findings ?? []) as readonly Finding[];
  const lines = error.message.split('\n');
  const told = found.every(
    ({ file, line, column, message }, index) =>
      line >= 1 && column >= 1 && message.length > 0 && (lines[index] ?? '').startsWith(`${file}:${line}:${column}: `),
  );
  if (found.length === 0 || !told) t.fail(`${fact}: no place, or no message`, { message: error.message });
  return found;
}

t.test('each file of the corpus is told what is wrong with it, where, and nothing else', async (t) => {
  const files = (await readdir(corpus)).filter((name) => name.endsWith('.yaml'));
  t.ok(files.length >= 60, 'the corpus is large');
  for (const name of files) {
    const file = join(corpus, name);
    const text = await readFile(file, 'utf8');
    const expected = [...text.matchAll(/^#.*?expect (\d+:\d+) ?(.*)$/gm)].map(([, at, words]) => ({ at, words }));
    t.ok(expected.length > 0, `${name} says what is expected`);
    const found = (await findings(t, file, name)) ?? [];
    t.same(
      found.map(({ line, column, message }, index) => {
        const words = expected[index]?.words ?? '';
        return { at: `${line}:${column}`, words: message.includes(words) ? words : message };
      }),
      expected,
      name,
    );
  }
});

t.test('no mutant of the catalogue makes it crash', async (t) => {
  const catalogue = (await readdir('experiments')).filter((name) => name.endsWith('.yaml'));
  const directory = t.testdir({ 'steady-state': t.fixture('symlink', resolve('experiments/steady-state')) });
  const random = seeded(7);
  let invalid = 0;
  for (const name of catalogue) {
    const text = await readFile(join('experiments', name), 'utf8');
    for (const [what, mutate] of Object.entries(mutations)) {
      for (let round = 0; round < 5; round += 1) {
        const file = join(directory, 'mutant.yaml');
        await writeFile(file, mutate(text, random));
        if ((await findings(t, file, `${name}: ${what} (round ${round})`)) !== undefined) invalid += 1;
      }
    }
  }
  t.ok(invalid >= 60, `${invalid} mutants are invalid`);
});

const bomb = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`).join('\n');
const monsters: Readonly<Record<string, string | Buffer>> = {
  'lists in lists': '['.repeat(100_000),
  'closed lists in lists': `title: ${'['.repeat(2_000)}${']'.repeat(2_000)}`,
  'maps in maps': Array.from({ length: 400 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
  'flow maps in flow maps': '{a: '.repeat(50_000),
  'an alias bomb': `a0: &a0 [x, x, x]\n${bomb}\ntitle: *a9\n`,
  'an alias of what is around it': 'title: &a [*a]\n',
  'a wide alias bomb': `a: &a [${'x,'.repeat(20_000)}]\nb: [${'*a,'.repeat(90)}]\n`,
  'five megabytes': Buffer.alloc(5 * 1_048_576, 'title: x\n'),
  'commas alone': `[${','.repeat(50_000)}`,
  'bytes that are no text': Buffer.from([0xff, 0xfe, 0x00, 0x80, 0x0a, 0xc3]),
  zeros: Buffer.alloc(4_096),
  'text in UTF-16': Buffer.from('title: T\ndescription: D\nmethod: []\n', 'utf16le'),
  'nothing at all': '',
  'a comment alone': '# title: T\n',
  'two documents': 'title: T\n---\ntitle: U\n',
  'a key that is a map': '{a: 1}: {b: 2}\n? [x]\n: y\n',
  'a key of every object': '__proto__: {title: T}\nconstructor: {}\ntitle: T\ndescription: D\nmethod: {length: 3}\n',
  'a name of every object': 'title: ${constructor} ${__proto__}\ndescription: D\nmethod: []\n',
  'a tag of another language': 'title: !!python/object/apply:os.system [ls]\ndescription: D\nmethod: []\n',
  'a regular expression without end': `title: T\ndescription: D\nmethod: []\ntags: ['${'${'.repeat(50_000)}', 3]\n`,
};

t.test('no monster makes it crash or hang', async (t) => {
  const directory = t.testdir({});
  for (const [what, text] of Object.entries(monsters)) {
    const file = join(directory, 'monster.yaml');
    await writeFile(file, text);
    t.ok((await findings(t, file, what)) !== undefined, `${what} is invalid`);
  }
});

t.test('a folder is no experiment', async (t) => {
  await t.rejects(validateExperiment(t.testdir({})), { code: 'ERR_PADO_INVALID', message: /cannot be read/ });
});
