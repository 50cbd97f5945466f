import { formatDuration } from '@pado/fault';
import type { Verdict } from '../../contracts.ts';
import { cut, pad, padLeft, span, widthOf } from '../../live/line.ts';
import { missing } from '../../report/facts/format.ts';
import { type Count, type Figures, figuresOf, type Summary } from './figures.ts';
import { labelOf, type Run } from './several.ts';

const head = ['run', 'verdict', 'before', 'during', 'after', 'recovery', 'score', 'took'] as const;
/** Names and verdicts begin at the left, figures end at the right. */
const leftColumns = 2;
const gap = 2;
const shortestName = 12;

/** Several runs as a table, one row a run and one for all; at most `width` columns where names can be cut. */
export function matrix(runs: readonly Run[], summary: Summary, width: number): string {
  const repeat = Math.max(1, ...runs.map(({ repetition }) => repetition));
  const rows = runs.map((run) => cells(labelOf(run, repeat), run.verdict, figuresOf(run)));
  const total = cells(summary.text, summary.verdict, summary);
  const all = [head, ...rows, total];
  const widths = head.map((_, index) => Math.max(...all.map((row) => widthOf(row[index] ?? ''))));
  const [longest = 0, ...others] = widths;
  const rest = others.reduce((sum, one) => sum + one + gap, 0);
  const name = Math.min(longest, Math.max(shortestName, width - rest));
  const line = (row: readonly string[]) =>
    row
      .map((cell, index) => {
        if (index === 0) return pad(shortened(cell, name), name);
        return (index < leftColumns ? pad : padLeft)(cell, widths[index] ?? 0);
      })
      .join(' '.repeat(gap))
      .trimEnd();
  return [...[head, ...rows].map(line), '─'.repeat(name + rest), line(total)].join('\n');
}

const cells = (name: string, verdict: Verdict, { probes, durationMs, ...figures }: Figures): readonly string[] => [
  span(name).text,
  verdict,
  ...[probes.before, probes.during, probes.after].map(counted),
  recovery(figures.recoveredAfterMs),
  figures.resilienceScore === null ? missing : String(figures.resilienceScore),
  time(durationMs),
];

const counted = ({ met, judged }: Count): string => (judged === 0 ? missing : `${met}/${judged}`);

const recovery = (ms: number | null | undefined): string =>
  ms === undefined ? missing : ms === null ? 'never' : time(ms);

/** Tenths of a second as long as they matter. */
const time = (ms: number): string =>
  ms < 10_000 ? `${(ms / 1_000).toFixed(1)}s` : formatDuration(Math.round(ms / 1_000) * 1_000);

/** Cut in front of the number of the repetition, which tells rows apart. */
function shortened(name: string, width: number): string {
  const [, text = name, number = ''] = /^(.*)( #\d+)$/.exec(name) ?? [];
  return `${cut(text, width - widthOf(number))}${number}`;
}
