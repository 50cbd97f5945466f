import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What is put into the page as it is. */
export interface Assets {
  readonly style: string;
  readonly script: string;
}

/**
 * uPlot and the style of every report, with the script that draws on this page. uPlot's own files are beside its entry;
 * its exports name none of them.
 */
export async function readAssets(drawingFile: URL): Promise<Assets> {
  const uplot = dirname(createRequire(import.meta.url).resolve('uplot'));
  const [library, drawing, theirs, ours] = await Promise.all(
    [
      join(uplot, 'uPlot.iife.min.js'),
      fileURLToPath(drawingFile),
      join(uplot, 'uPlot.min.css'),
      fileURLToPath(new URL('client/report.css', import.meta.url)),
    ].map((file) => readFile(file, 'utf8')),
  );
  return { script: `${library}\n${drawing}`, style: `${theirs}\n${ours}` };
}
