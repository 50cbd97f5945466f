import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { PadoError, type Problem } from '@pado/fault';
import { parseSource, placeOf, type Source } from '../experiment/source.ts';

/** The YAML or JSON documents of a file; `-` is stdin. Each can say where its values stand in the file. */
export async function readDocuments(file: string, directory: string): Promise<readonly Source[]> {
  const sources = split(await read(file, directory)).map((part) => {
    const source = parseSource(part);
    if ('value' in source) return source;
    const lines = source.faults.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`);
    throw new PadoError('ERR_PADO_INVALID', lines.join('\n'), { details: { file, findings: source.faults } });
  });
  const documents = sources.filter(({ value }) => value !== null);
  if (documents.length === 0) throw new PadoError('ERR_PADO_INVALID', `${file}: there is nothing in it`);
  return documents;
}

/** The error that lists problems as file, line, column and what is wrong. */
export function invalid(file: string, source: Source, problems: readonly Problem[]): PadoError {
  const findings = problems.map((problem) => ({
    ...placeOf(source, problem),
    path: problem.path,
    message: problem.message,
  }));
  const lines = findings.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`);
  return new PadoError('ERR_PADO_INVALID', lines.join('\n'), { details: { file, findings } });
}

/** One text a document, each with empty lines in front, so that its lines keep their numbers. */
function split(source: string): string[] {
  const parts: string[] = [];
  let lines = 0;
  for (const part of source.split(/^---[ \t]*(?:#.*)?$/m)) {
    parts.push('\n'.repeat(lines) + part);
    lines += part.split('\n').length - 1;
  }
  return parts;
}

async function read(file: string, directory: string): Promise<string> {
  if (file === '-') return text(process.stdin);
  try {
    return await readFile(resolve(directory, file), 'utf8');
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const message = missing ? `there is no file ${file}` : `${file} cannot be read: ${(cause as Error).message}`;
    throw new PadoError('ERR_PADO_NOT_FOUND', message, { cause, details: { file } });
  }
}
