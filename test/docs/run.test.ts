import { readFile } from 'node:fs/promises';
import t from 'tap';
import { parse } from 'yaml';
import type { Option } from '../../runner/src/cli/command.ts';
import { parseLine } from '../../runner/src/cli/parse.ts';
import { commands } from '../../runner/src/commands/index.ts';
import { annotations } from '../../runner/src/commands/run/github.ts';
import { junit } from '../../runner/src/commands/run/junit.ts';
import { runOptions } from '../../runner/src/commands/run/options.ts';
import { outcomeOf } from '../../runner/src/commands/run/outcome.ts';
import { readPair } from '../../runner/src/commands/run/vars.ts';
import { exitCodes, type RunEvent, type Verdict } from '../../runner/src/contracts.ts';
import { deviated, failed, held } from '../runner/commands/run/journals.ts';

const page = await readFile(new URL('../../docs/reference/run.md', import.meta.url), 'utf8');
const verdicts = Object.keys(exitCodes) as Verdict[];

/** The cells of the table whose header row begins with this cell; `\|` is no border. */
function table(head: string): string[][] {
  const rows = page.split('\n').map((line) => line.replaceAll('\\|', '\u0000'));
  const start = rows.findIndex((row) => row.startsWith(`| ${head} |`));
  const end = rows.findIndex((row, index) => index > start && !row.startsWith('|'));
  const cells = (row: string) => row.split('|').slice(1, -1);
  return rows
    .slice(start + 2, end)
    .map((row) => cells(row).map((cell) => cell.trim().replace(/[`]/g, '').replaceAll('\u0000', '|')));
}

t.test('the page lists the options that there are, with their own words', async (t) => {
  const expected = Object.entries<Option>(runOptions).map(
    ([name, { value, choices, description, default: otherwise }]) => {
      const placeholder = value ?? choices?.join('|');
      const does = `${description}${otherwise === undefined ? '' : ` (default ${otherwise})`}`;
      return [`--${name}${placeholder === undefined ? '' : ` ${placeholder}`}`, does.replaceAll('`', '')];
    },
  );
  t.same(table('option'), expected);
});

t.test('exit codes are those of the verdicts', async (t) => {
  const rows = table('exit code').filter(([, verdict]) => verdict !== '');
  t.same(Object.fromEntries(rows.map(([code, verdict]) => [verdict, Number(code)])), exitCodes);
});

t.test('every command line of the page is one', async (t) => {
  const lines = [...page.matchAll(/npx pado (.*?)(?: &)?$/gm)].map(([, line = '']) => line.split(' '));
  t.ok(lines.length >= 10);
  for (const line of lines) t.doesNotThrow(() => parseLine(commands, line), line.join(' '));
});

t.test('the pipelines are YAML', async (t) => {
  const pipelines = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => parse(text));
  t.equal(pipelines.length, 2);
});

t.test('every type of --var is read', async (t) => {
  const types = table('type')
    .slice(0, 6)
    .map(([type]) => type);
  t.same(types, ['str', 'int', 'float', 'bool', 'bytes', 'json']);
  for (const type of types) t.doesNotThrow(() => readPair(`key:${type}=1`));
});

t.test('every event is explained', async (t) => {
  const events: Record<RunEvent['type'], true> = {
    ...{ started: true, phase: true, activity: true, fault: true, look: true, probe: true, graph: true },
    ...{ stop: true, note: true, finished: true },
  };
  const head = page.slice(page.indexOf('| type | tells |'));
  const listed = [...head.matchAll(/^\| `([a-z]+)` \|/gm)].map(([, type]) => type);
  t.same(listed.filter((type) => type! in events).slice(0, Object.keys(events).length), Object.keys(events));
});

t.test('what a verdict is in JUnit and on GitHub', async (t) => {
  for (const verdict of verdicts) {
    const run = { ...held, verdict };
    const [, element] = /name="verdict" time="0"(?:\/>|>\n<(\w+))/.exec(junit([run])) ?? [];
    const level = /^::(\w+)/.exec((await annotations([run], '/'))[0] ?? '')?.[1];
    t.same(
      table('verdict').find(([name]) => name === verdict),
      [verdict, element ?? 'passed', level],
    );
  }
});

t.test('the table of several runs is as shown', async (t) => {
  const runs = [{ ...held, file: 'a.yaml' }, deviated, failed];
  t.ok(page.includes(outcomeOf(runs, { chaosToolkit: false, width: 80 }).table));
});
