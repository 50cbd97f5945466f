import type { WriteStream } from 'node:tty';
import { type Line, lineWidth, paint } from './line.ts';

const csi = '\u001b[';
/** Terminals that know mode 2026 show the frame at once; others ignore it. */
const frame = { begin: `${csi}?2026h${csi}?25l`, end: `${csi}?2026l` };

/** A pseudo-terminal that nobody has sized reports 0 rows and columns. */
export const sizeOf = ({ columns, rows }: WriteStream): { columns: number; rows: number } => ({
  columns: columns || 100,
  rows: rows || 40,
});

export interface Screen {
  /** Puts these lines in place of the last ones. */
  readonly draw: (lines: readonly Line[]) => void;
  /** Takes the region away and writes these lines for good. */
  readonly keep: (lines: readonly Line[]) => void;
  /** Gives the cursor back below the region. Twice is as good as once. */
  readonly close: () => void;
}

/** A region that is redrawn in place, at the end of what the terminal shows. */
export function createScreen(output: WriteStream): Screen {
  let shown: readonly Line[] = [];
  let text = '';
  let closed = false;

  /** Up to the first row of the region; a narrower terminal has wrapped its lines onto more rows. */
  const home = (): string => {
    const { columns } = sizeOf(output);
    const rows = shown.reduce((sum, line) => sum + Math.max(1, Math.ceil(lineWidth(line) / columns)), 0);
    return rows === 0 ? '\r' : `${csi}${rows}A\r`;
  };
  const written = (lines: readonly Line[]): string => lines.map((line) => `${paint(line, true)}${csi}K\n`).join('');

  /** A process that dies of an error still gives the cursor back. */
  const restore = (): void => {
    if (!closed) output.write(`${csi}?25h`);
    closed = true;
  };
  process.once('exit', restore);

  return {
    draw: (lines) => {
      const next = written(lines);
      if (closed || (next === text && shown.length > 0)) return;
      output.write(`${frame.begin}${home()}${next}${csi}J${frame.end}`);
      shown = lines;
      text = next;
    },
    keep: (lines) => {
      if (closed) return;
      output.write(`${frame.begin}${home()}${csi}J${written(lines)}${frame.end}`);
      shown = [];
      text = '';
    },
    close: () => {
      process.off('exit', restore);
      restore();
    },
  };
}
