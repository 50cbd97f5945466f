import { readFile, writeFile } from 'node:fs/promises';
import { isMap, isScalar, type Pair, parseDocument, type Scalar } from 'yaml';

/**
 * The table of values in a chart's README, made of the comments in values.yaml that begin with `--`.
 * `node test/helpers/chart-readme.ts` writes it into every chart's README; a test keeps it in step.
 */
export const charts = ['agent', 'karpenter-nodes', 'shop'] as const;

const begin = '<!-- values: made by test/helpers/chart-readme.ts -->';
const end = '<!-- /values -->';

export const readmeFile = (chart: string): URL => new URL(`../../charts/${chart}/README.md`, import.meta.url);
export const valuesFile = (chart: string): URL => new URL(`../../charts/${chart}/values.yaml`, import.meta.url);

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** What the comment says from its last line with `--` on; undefined when it has none. */
function description({ commentBefore }: { commentBefore?: string | null | undefined }): string | undefined {
  const [, text] = /(?:^|\n) *-- (.*)$/s.exec(commentBefore ?? '') ?? [];
  return text
    ?.split('\n')
    .map((line) => line.trim())
    .join(' ');
}

/** A map without a comment of its own is listed by its members. @throws for a value that nothing describes */
function rows(pairs: readonly Pair<Scalar<string>>[], path: string, above?: string): string[] {
  return pairs.flatMap(({ key, value }, index) => {
    const name = `${path}${key.value}`;
    // The parser gives a comment above the first member to the map.
    const text = description(key) ?? (index === 0 ? above : undefined);
    if (text === undefined && isMap<Scalar<string>>(value) && value.items.length > 0)
      return rows(value.items, `${name}.`, description(value));
    if (text === undefined) throw new Error(`values.yaml: ${name} has no comment that begins with "# --"`);
    const plain = isScalar(value) ? value.value : (value as { toJSON(): unknown } | null)?.toJSON();
    return `| \`${name}\` | ${cell(text)} | \`${cell(JSON.stringify(plain ?? null))}\` |`;
  });
}

export function valuesTable(yaml: string): string {
  const document = parseDocument(yaml);
  const { contents } = document;
  if (!isMap<Scalar<string>>(contents)) throw new Error('values.yaml: not a map');
  return [
    '| value | meaning | default |',
    '| --- | --- | --- |',
    ...rows(contents.items, '', description(contents)),
  ].join('\n');
}

/** The README with the table that the values make. @throws when it has no place for it */
export function withTable(readme: string, yaml: string): string {
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
  if (from === -1 || to === -1) throw new Error(`README.md: no lines "${begin}" and "${end}"`);
  return `${readme.slice(0, from)}${begin}\n${valuesTable(yaml)}\n${readme.slice(to)}`;
}

if (import.meta.main) {
  for (const chart of process.argv.length > 2 ? process.argv.slice(2) : charts) {
    const readme = await readFile(readmeFile(chart), 'utf8');
    await writeFile(readmeFile(chart), withTable(readme, await readFile(valuesFile(chart), 'utf8')));
  }
}
