import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, resolve } from 'node:path';

/** The absolute path of a program: by path (`~` is the home) or looked for on PATH; undefined without one. */
export function findProgram(program: string, cwd: string, path = ''): string | undefined {
  const name = program.replace(/^~(?=\/|$)/, homedir());
  const candidates = name.includes('/')
    ? [resolve(cwd, name)]
    : path.split(delimiter).map((folder) => resolve(cwd, folder, name));
  return candidates.find(isProgram);
}

export function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
