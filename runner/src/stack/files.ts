import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Replaces a file by one rename, so that readers see the old text or the new one. */
export async function replaceFile(file: string, text: string, mode = 0o600): Promise<void> {
  const fresh = await beside(file, text, mode);
  await rename(fresh, file);
}

/** Creates a file with its whole text, or says false when it exists. */
export async function createFile(file: string, text: string, mode = 0o600): Promise<boolean> {
  const fresh = await beside(file, text, mode);
  try {
    await link(fresh, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(fresh, { force: true });
  }
}

/** The parsed file; undefined when there is none. */
export async function readJson<T>(file: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function beside(file: string, text: string, mode: number): Promise<string> {
  const fresh = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(fresh, text, { mode });
  return fresh;
}
