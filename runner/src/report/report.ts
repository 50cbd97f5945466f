import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PadoError } from '@pado/fault';
import type { Journal } from '../contracts.ts';
import { readAssets } from './assets.ts';
import { page } from './page.ts';
import type { Language } from './text/language.ts';
import { textsOf } from './text/texts.ts';

export interface ReportOptions {
  /** One run, or the runs to compare, the one with the fix last. */
  readonly journals: readonly Journal[];
  /** Where to write; folders are made. */
  readonly file: string;
  /** Default en. */
  readonly language?: Language;
}

/** Writes one HTML file that needs nothing else, and gives back its path. ERR_PADO_USAGE without a journal. */
export async function writeReport({ journals, file, language = 'en' }: ReportOptions): Promise<string> {
  if (journals.length === 0) throw new PadoError('ERR_PADO_USAGE', 'a report needs at least one journal');
  const text = page(journals, await readAssets(new URL('client/charts.js', import.meta.url)), textsOf(language));
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}
