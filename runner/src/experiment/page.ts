import { open } from 'node:fs/promises';
import { PadoError, type Problem } from '@pado/fault';
import { type Path, parseSource, placeOf, type Source, type SyntaxFault } from './source.ts';

/** One thing that is wrong with a file; lines and columns count from 1. */
export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly path: Path;
  readonly message: string;
}

/** A file while it is looked through. */
export interface Page {
  readonly file: string;
  readonly value: unknown;
  /** Problems with their positions, in the order of the file. */
  readonly findings: (problems: readonly Problem[]) => readonly Finding[];
}

/** Experiments are a few kilobytes; a journal given by mistake is not read to its end. */
const mostBytes = 262_144;

/** @throws PadoError ERR_PADO_NOT_FOUND without the file, ERR_PADO_INVALID when it is no text of YAML or JSON. */
export async function openPage(file: string): Promise<Page> {
  const bytes = await read(file);
  const text = decode(file, bytes);
  const source = parseSource(text);
  if ('faults' in source) throw invalid(file, unparsed(file, source.faults));
  return { file, value: source.value, findings: (problems) => located(file, source, problems) };
}

const unparsed = (file: string, faults: readonly SyntaxFault[]): readonly Finding[] =>
  faults.map((fault) => ({ file, ...fault, path: [] }));

function located(file: string, source: Source, problems: readonly Problem[]): readonly Finding[] {
  const findings = problems.map((problem) => {
    const { line, column } = placeOf(source, problem);
    return { file, line, column, path: problem.path, message: problem.message };
  });
  return findings.sort((a, b) => a.line - b.line || a.column - b.column);
}

async function read(file: string): Promise<Buffer> {
  try {
    const handle = await open(file, 'r');
    try {
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of handle.createReadStream({ autoClose: false })) {
        size += (chunk as Buffer).length;
        if (size > mostBytes) {
          const message = 'the file is larger than 256 KiB: no experiment is; is it a journal?';
          throw invalid(file, [{ file, line: 1, column: 1, path: [], message }]);
        }
        chunks.push(chunk as Buffer);
      }
      return Buffer.concat(chunks);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (cause instanceof PadoError) throw cause;
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new PadoError(
      missing ? 'ERR_PADO_NOT_FOUND' : 'ERR_PADO_INVALID',
      missing ? `there is no file ${file}` : `${file} cannot be read: ${(cause as Error).message}`,
      { cause },
    );
  }
}

function decode(file: string, bytes: Buffer): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (text.includes('\0')) throw new TypeError('a zero');
    return text;
  } catch {
    const sound = bytes.toString('utf8').split(/[\uFFFD\0]/, 1)[0] ?? '';
    const lines = sound.split('\n');
    const column = (lines.at(-1) ?? '').length + 1;
    const message = 'this is no text in UTF-8: save the file as UTF-8, or is it another kind of file?';
    throw invalid(file, [{ file, line: lines.length, column, path: [], message }]);
  }
}

export function invalid(file: string, findings: readonly Finding[]): PadoError {
  return new PadoError('ERR_PADO_INVALID', findings.map(sentence).join('\n'), { details: { file, findings } });
}

/** file:line:column: path: message */
export function sentence({ file, line, column, path, message }: Finding): string {
  const where = path.length === 0 ? '' : `${dotted(path)}: `;
  return `${file}:${line}:${column}: ${where}${message}`;
}

/** method[0].provider.spec */
const dotted = (path: Path): string =>
  path.map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${step}`)).join('');
