import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { PadoError } from '@pado/fault';
import { parseAllDocuments } from 'yaml';

/** The YAML or JSON documents of a file; `-` is stdin. */
export async function readDocuments(file: string, directory: string): Promise<unknown[]> {
  const source = await readSource(file, directory);
  const documents = parseAllDocuments(source, { prettyErrors: true });
  const list = Array.isArray(documents) ? documents : [];
  for (const { errors } of list) {
    const [error] = errors;
    if (error === undefined) continue;
    const line = error.linePos?.[0].line ?? 1;
    throw new PadoError('ERR_PADO_INVALID', `${file}:${line}: ${error.message.split('\n')[0]}`, {
      details: { file, line },
    });
  }
  const values = list.map((document) => document.toJS() as unknown).filter((value) => value !== null);
  if (values.length === 0) throw new PadoError('ERR_PADO_INVALID', `${file}: holds no document`, { details: { file } });
  return values;
}

async function readSource(file: string, directory: string): Promise<string> {
  if (file === '-') return text(process.stdin);
  try {
    return await readFile(resolve(directory, file), 'utf8');
  } catch (cause) {
    throw new PadoError('ERR_PADO_NOT_FOUND', `${file} cannot be read: ${(cause as Error).message}`, {
      cause,
      details: { file },
    });
  }
}
