import { stripVTControlCharacters } from 'node:util';
import type { Band } from './band.ts';

export type Tone = Band | 'dim' | 'strong';

export interface Span {
  readonly text: string;
  readonly tone?: Tone;
}

export type Line = readonly Span[];

/** Names and texts come from files: what a terminal would obey is taken out. */
export const span = (text: string, tone?: Tone): Span => {
  const plain = stripVTControlCharacters(text).replace(/\p{Cc}+/gu, ' ');
  return tone === undefined ? { text: plain } : { text: plain, tone };
};

/** Hangul, CJK and emoji take two columns; marks that combine take none. */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const combining = /\p{Mn}|\p{Me}|\p{Cf}/u;

const columnsOf = (character: string): number => (combining.test(character) ? 0 : wide.test(character) ? 2 : 1);

export function widthOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += columnsOf(character);
  return columns;
}

export const lineWidth = (line: Line): number => line.reduce((sum, { text }) => sum + widthOf(text), 0);

export const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)));
export const padLeft = (text: string, width: number): string => ' '.repeat(Math.max(0, width - widthOf(text))) + text;

/** Cut to a width, with an ellipsis where something is missing. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  let columns = 0;
  for (const character of text) {
    columns += columnsOf(character);
    if (columns > width - 1) break;
    kept += character;
  }
  return width > 0 ? `${kept}…` : '';
}

export function fit(line: Line, width: number): Line {
  let left = width;
  const fitted: Span[] = [];
  for (const one of line) {
    if (left <= 0) break;
    const text = cut(one.text, left);
    fitted.push({ ...one, text });
    left = text === one.text ? left - widthOf(text) : 0;
  }
  return fitted;
}

const codes: Readonly<Record<Tone, string>> = {
  none: '2',
  ok: '32',
  slow: '33',
  failing: '1;31',
  dim: '2',
  strong: '1',
};

export const paint = (line: Line, color: boolean): string =>
  line
    .map(({ text, tone }) => (color && tone !== undefined ? `\u001b[${codes[tone]}m${text}\u001b[0m` : text))
    .join('')
    .trimEnd();
