import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readAssets } from '../../report/assets.ts';
import { binsCsv, runsCsv } from './csv.ts';
import { type BenchPage, benchPage } from './page.ts';

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
  const page = benchPage(bench, await readAssets(new URL('client/goodput.js', import.meta.url)));
  await mkdir(directory, { recursive: true });
  await Promise.all([
    writeFile(files.html, page),
    writeFile(files.bins, binsCsv(bench.runs)),
    writeFile(files.runs, runsCsv(bench.runs)),
    writeFile(files.json, `${JSON.stringify({ version: 1, ...bench }, null, 1)}\n`),
  ]);
  return files;
}
