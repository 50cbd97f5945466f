import { columns } from '../cli/text.ts';
import type { CascadeRun } from './cascade-judge.ts';
import type { Role } from './cascade-plan.ts';
import type { CascadeResult } from './cascades.ts';
import { median } from './stats/summary.ts';

const head = ['cascade', 'naive', 'fixed', 'weaker trigger', 'goodput in peace', 'claims', ''] as const;

/** One line a cascade: how each arm fared, and whether all that is claimed came true. */
export function matrixRows(results: readonly CascadeResult[]): readonly (readonly string[])[] {
  return results.map((result) => {
    const { name, assertions, proven } = result;
    const met = assertions.filter((one) => one.met === true).length;
    const peace = assertions.find(({ claim }) => claim.includes('in peace'))?.seen ?? '';
    const outcome = proven ? 'proven' : assertions.some((one) => one.met === false) ? 'NOT PROVEN' : 'nothing to judge';
    return [
      name,
      fared(result, 'naive'),
      fared(result, 'fixed'),
      fared(result, 'weaker'),
      peace,
      `${met}/${assertions.length}`,
      outcome,
    ];
  });
}

export const matrixText = (results: readonly CascadeResult[]): string =>
  [
    columns([head, ...matrixRows(results)]),
    ...results.flatMap(({ name, assertions }) =>
      assertions.filter(({ met }) => met !== true).map(({ claim, seen }) => `  ${name}: ${claim}: no (${seen})`),
    ),
  ].join('\n');

const markdown = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `| ${row.join(' | ')} |`).join('\n');

export const matrixMarkdown = (results: readonly CascadeResult[]): string =>
  markdown([head, head.map(() => '---'), ...matrixRows(results)]);

const presetHead = ['cascade', 'naive', 'timeouts', 'standard', 'full'] as const;

/** What each preset does to each cascade, one run each, against naive with the same users. */
export const presetsMarkdown = (results: readonly CascadeResult[]): string =>
  markdown([
    presetHead,
    presetHead.map(() => '---'),
    ...results.map((result) => [
      result.name,
      ...(['naive', 'timeouts', 'standard', 'fixed'] as const).map((role) => step(result.runs, role)),
    ]),
  ]);

function step(runs: readonly CascadeRun[], role: Role): string {
  const of = (wanted: Role) => runs.find((run) => run.role === wanted && run.seed === 1);
  const [naive, run] = [of('naive'), of(role)];
  if (run === undefined) return '–';
  if (run.void !== undefined) {
    // A program that died is no measurement, and tells enough all the same.
    const died = run.void.map((why) => /error: ([^;]+ has ended[^;]*)/.exec(why)?.[1]).find(Boolean);
    return died === undefined ? 'void' : `broke off: ${died}`;
  }
  const { sloLossSeconds: loss, ttrRevertSeconds: back } = run.metrics;
  const fared = `${loss.toFixed(1)} s, ${back === null ? 'not back' : `back after ${back.toFixed(0)} s`}`;
  if (role === 'naive' || naive === undefined || naive.void !== undefined) return fared;
  return `${effect(loss, naive.metrics.sloLossSeconds)}: ${fared}`;
}

/** In words: a single run is no proof, so only what is plain to see is called an effect. */
export function effect(loss: number, naive: number): 'helps' | 'no difference' | '**worse**' {
  const plainSeconds = 1;
  if (loss <= 0.7 * naive && naive - loss >= plainSeconds) return 'helps';
  if (loss >= 1.3 * naive && loss - naive >= plainSeconds) return '**worse**';
  return 'no difference';
}

function fared({ runs }: CascadeResult, role: Role): string {
  const own = runs.filter((run) => run.role === role);
  const counted = own.filter((run) => run.void === undefined);
  if (own.length === 0) return '–';
  if (counted.length === 0) return `void: ${own[0]?.void?.[0] ?? ''}`;
  const loss = median(counted.map(({ metrics }) => metrics.sloLossSeconds));
  return `${loss.toFixed(1)} s lost, ${recoveries(counted)}`;
}

function recoveries(runs: readonly CascadeRun[]): string {
  const back = runs.flatMap(({ metrics }) => metrics.ttrRevertSeconds ?? []);
  const share = runs.length === 1 ? '' : `${back.length} of ${runs.length} `;
  if (back.length === 0) return runs.length === 1 ? 'not back' : 'none back';
  return `${share}back after ${median(back).toFixed(0)} s`;
}

/** The rows of a table in the page, with those of the same first cell replaced; new ones are put where the alphabet has them. */
export function mergedTable(page: string, table: string): string {
  const rowsOf = (text: string) => text.split('\n').filter((line) => line.startsWith('| '));
  const nameOf = (row: string) => row.split('|')[1]?.trim() ?? '';
  const [head = '', rule = '', ...rows] = rowsOf(table);
  const [oldHead, , ...old] = rowsOf(page);
  const kept = oldHead === head ? old.filter((row) => !rows.some((one) => nameOf(one) === nameOf(row))) : [];
  return [head, rule, ...[...kept, ...rows].sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1))].join('\n');
}
