import { isPadoError, PadoError } from '@pado/fault';
import type { Finding } from '../experiment/validate.ts';

/** What became of looking through one file, or through one document of it. */
export interface Checked<T> {
  readonly file: string;
  /** Absent when something is wrong. */
  readonly value?: T;
  readonly findings: readonly Finding[];
  readonly error?: PadoError;
}

/** Looks through files, all of them: the mistakes of the first do not hide those of the last. */
export async function checkAll<T>(
  files: readonly string[],
  check: (file: string) => Promise<T>,
): Promise<readonly Checked<T>[]> {
  const checked: Checked<T>[] = [];
  for (const file of files) {
    try {
      checked.push({ file, value: await check(file), findings: [] });
    } catch (error) {
      if (!isPadoError(error) || !isAboutFile(error)) throw error;
      checked.push({ file, error, findings: findingsOf(file, error) });
    }
  }
  return checked;
}

const isAboutFile = ({ code }: PadoError): boolean => code === 'ERR_PADO_INVALID' || code === 'ERR_PADO_NOT_FOUND';

/** A file that is not there, or that has no one place to point at, is wrong at its beginning. */
function findingsOf(file: string, { message, details }: PadoError): readonly Finding[] {
  const findings = details.findings as readonly Omit<Finding, 'file'>[] | undefined;
  if (findings !== undefined) return findings.map((one) => ({ file, ...one, path: one.path ?? [] }));
  return [{ file, line: 1, column: 1, path: [], message: message.replace(`${file}: `, '') }];
}

/** One error for everything that is wrong; undefined when nothing is. */
export function errorOf(checked: readonly Checked<unknown>[]): PadoError | undefined {
  const errors = checked.flatMap(({ error }) => error ?? []);
  const [first] = errors;
  if (first === undefined || errors.length === 1) return first;
  const code = errors.every((error) => error.code === first.code) ? first.code : 'ERR_PADO_INVALID';
  const message = errors.map((error) => error.message).join('\n');
  return new PadoError(code, message, { details: { findings: checked.flatMap(({ findings }) => findings) } });
}
