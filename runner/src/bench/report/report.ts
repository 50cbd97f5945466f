import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { binsCsv, runsCsv } from './csv.ts';
import { type Assets, type BenchPage, benchPage } from './page.ts';

export interface BenchReport extends BenchPage {
  /** Where to write; folders are made. */
  readonly directory: string;
}

/** Paths of what was written. */
export interface BenchFiles {
  readonly html: string;
  readonly bins: string;
  readonly runs: string;
  readonly json: string;
}

/** Writes one HTML file that needs nothing else, and the raw data for others' tools. */
export async function writeBenchReport({ directory, ...bench }: BenchReport): Promise<BenchFiles> {
  const files: BenchFiles = {
    html: join(directory, 'report.html'),
    bins: join(directory, 'bins.csv'),
    runs: join(directory, 'runs.csv'),
    json: join(directory, 'bench.json'),
  };
  const page = benchPage(bench, await readAssets());
  await mkdir(directory, { recursive: true });
  await Promise.all([
    writeFile(files.html, page),
    writeFile(files.bins, binsCsv(bench.runs)),
    writeFile(files.runs, runsCsv(bench.runs)),
    writeFile(files.json, `${JSON.stringify({ version: 1, ...bench }, null, 1)}\n`),
  ]);
  return files;
}

/** uPlot's own files are beside its entry; its exports name none of them. The style is that of a run's report. */
async function readAssets(): Promise<Assets> {
  const uplot = dirname(createRequire(import.meta.url).resolve('uplot'));
  const here = dirname(fileURLToPath(import.meta.url));
  const read = (folder: string, name: string) => readFile(join(folder, name), 'utf8');
  const [library, drawing, theirs, ours] = await Promise.all([
    read(uplot, 'uPlot.iife.min.js'),
    read(join(here, 'client'), 'goodput.js'),
    read(uplot, 'uPlot.min.css'),
    read(join(here, '../../report/client'), 'report.css'),
  ]);
  return { script: `${library}\n${drawing}`, style: `${theirs}\n${ours}` };
}
