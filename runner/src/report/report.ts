import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PadoError } from '@pado/fault';
import type { Journal } from '../contracts.ts';
import { type Assets, page } from './page.ts';
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
  const text = page(journals, await readAssets(), textsOf(language));
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

/** uPlot's own files are beside its entry; its exports name none of them. */
async function readAssets(): Promise<Assets> {
  const uplot = dirname(createRequire(import.meta.url).resolve('uplot'));
  const client = join(dirname(fileURLToPath(import.meta.url)), 'client');
  const read = (folder: string, name: string) => readFile(join(folder, name), 'utf8');
  const [library, drawing, theirs, ours] = await Promise.all([
    read(uplot, 'uPlot.iife.min.js'),
    read(client, 'charts.js'),
    read(uplot, 'uPlot.min.css'),
    read(client, 'report.css'),
  ]);
  return { script: `${library}\n${drawing}`, style: `${theirs}\n${ours}` };
}
