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

export const matrixMarkdown = (results: readonly CascadeResult[]): string =>
  [head, head.map(() => '---'), ...matrixRows(results)].map((row) => `| ${row.join(' | ')} |`).join('\n');

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
