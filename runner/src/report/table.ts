import { cut, type Line, lineWidth, pad, paint, span, type Tone, widthOf } from '../live/line.ts';

export interface Cell {
  readonly text: string;
  readonly tone?: 'good' | 'bad' | 'unclear' | 'head';
}

export interface Row {
  readonly name: string;
  readonly wanted: string;
  readonly cells: readonly Cell[];
}

const tones: Readonly<Record<NonNullable<Cell['tone']>, Tone>> = {
  good: 'ok',
  bad: 'failing',
  unclear: 'slow',
  head: 'strong',
};
const gap = 2;

/** A table for the terminal, ruled off under its head and above its last row. */
export function table(
  rows: readonly Row[],
  { color, width }: { readonly color: boolean; readonly width: number },
): string {
  const texts = rows.map(({ name, wanted, cells }) =>
    [name, wanted, ...cells.map(({ text }) => text)].map((text) => span(text).text),
  );
  const widths = fitted(
    (texts[0] ?? []).map((_, column) => Math.max(...texts.map((row) => widthOf(row[column] ?? '')))),
    width,
  );
  const lines = rows.map(({ cells }, row) => {
    const spans = (texts[row] ?? []).map((text, column) => {
      const tone = column === 1 ? 'dim' : cells[column - 2]?.tone;
      const room = widths[column] ?? 0;
      return span(pad(cut(text, room), room + gap), tone === undefined || tone === 'dim' ? tone : tones[tone]);
    });
    return spans satisfies Line;
  });
  const rule: Line = [span('─'.repeat(Math.max(0, ...lines.map(lineWidth)) - gap), 'dim')];
  return [...lines.slice(0, 1), rule, ...lines.slice(1, -1), rule, ...lines.slice(-1)]
    .map((line) => paint(line, color))
    .join('\n');
}

/** The widest column gives way until the row fits. */
function fitted(wanted: readonly number[], width: number): readonly number[] {
  const widths = [...wanted];
  while (widths.reduce((sum, one) => sum + one + gap, -gap) > width && Math.max(...widths) > 8) {
    widths[widths.indexOf(Math.max(...widths))]! -= 1;
  }
  return widths;
}
