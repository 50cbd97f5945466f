import { closeSync, existsSync, openSync, readSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PadoError } from '@pado/fault';
import { findProgram, isProgram } from '../find-program.ts';

export interface FoundPython {
  readonly path: string;
  /** Why this one, for messages. */
  readonly because: string;
}

/**
 * The user's Python: the one that PADO_PYTHON names, else that of the `chaos` on PATH, else `python3`.
 * @throws PadoError ERR_PADO_NOT_FOUND without any.
 */
export function findPython(environment: NodeJS.ProcessEnv, cwd: string): FoundPython {
  const { PADO_PYTHON: named, PATH: path } = environment;
  if (named !== undefined && named !== '') {
    const found = findProgram(named, cwd, path);
    if (found === undefined) throw missing(`PADO_PYTHON names ${named}, and there is no such program`);
    return { path: found, because: 'PADO_PYTHON names it' };
  }
  const chaos = findProgram('chaos', cwd, path);
  const beside = chaos === undefined ? undefined : pythonOf(chaos);
  if (beside !== undefined) return { path: beside, because: `${chaos} runs by it` };
  const python = findProgram('python3', cwd, path) ?? findProgram('python', cwd, path);
  if (python === undefined) throw missing('there is no python3 on PATH');
  return { path: python, because: 'it is python3 on PATH' };
}

/** Of a script that pip has installed: beside it in a virtual environment (pipx only links to it), else its first line. */
function pythonOf(script: string): string | undefined {
  const besides = [script, realpathSync(script)].map((file) => join(dirname(file), 'python'));
  return besides.find((file) => existsSync(file) && isProgram(file)) ?? interpreterOf(script);
}

function interpreterOf(script: string): string | undefined {
  const bytes = Buffer.alloc(512);
  const file = openSync(script, 'r');
  try {
    const text = bytes.toString('utf8', 0, readSync(file, bytes));
    const [, path] = /^#!\s*(\S*python\S*)/.exec(text) ?? [];
    return path !== undefined && isProgram(path) ? path : undefined;
  } finally {
    closeSync(file);
  }
}

const missing = (what: string) =>
  new PadoError(
    'ERR_PADO_NOT_FOUND',
    `${what}: python providers and controls need a Python with chaostoolkit; install it (pip install chaostoolkit), or name its Python by PADO_PYTHON`,
  );
