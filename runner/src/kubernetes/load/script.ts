import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { PadoError } from '@pado/fault';

/** A script with the files that it imports, by paths below their common folder. */
export interface BundledScript {
  readonly entry: string;
  readonly files: Readonly<Record<string, string>>;
}

/** The script travels in the pod's environment; Linux takes 128 KiB for one variable. */
const maxBytes = 100_000;

/** `import … from './x.ts'`, `export … from './x.ts'`, `import './x.ts'`; k6 compiles TypeScript itself. */
const relativeImport = /^\s*(?:import|export)\b[^'"]*?['"](\.{1,2}\/[^'"]+)['"]/gm;

/** @throws PadoError ERR_PADO_K6 for a file that is not there, or too large */
export async function bundleScript(script: string): Promise<BundledScript> {
  const texts = new Map<string, string>();
  const add = async (file: string, by: string | undefined): Promise<void> => {
    if (texts.has(file)) return;
    const text = await readFile(file, 'utf8').catch((cause) => {
      throw new PadoError('ERR_PADO_K6', `${file}${by === undefined ? '' : `, which ${by} imports,`} cannot be read`, {
        cause,
      });
    });
    if (Buffer.byteLength(text) > maxBytes)
      throw new PadoError(
        'ERR_PADO_K6',
        `${file} has more than ${maxBytes} bytes: a load that is a Job carries small scripts only`,
      );
    texts.set(file, text);
    for (const [, path = ''] of text.matchAll(relativeImport)) await add(resolve(dirname(file), path), file);
  };
  const entry = resolve(script);
  await add(entry, undefined);
  const root = commonFolder([...texts.keys()]);
  const below = (file: string) => relative(root, file).split(sep).join('/');
  return { entry: below(entry), files: Object.fromEntries([...texts].map(([file, text]) => [below(file), text])) };
}

function commonFolder(files: readonly string[]): string {
  let folder = dirname(files[0] ?? '.');
  while (!files.every((file) => file.startsWith(folder === sep ? sep : folder + sep))) folder = dirname(folder);
  return folder;
}
