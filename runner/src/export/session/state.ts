import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readJson, replaceFile } from '../../stack/files.ts';
import { isAlive, type ProcessId } from '../../stack/process-table.ts';

/** A session's own file, `.pado/steps/NAME.json`: how the steps find it. */
export interface SessionFile extends ProcessId {
  readonly url: string;
  /** Who may ask; the file is for its owner alone. */
  readonly token: string;
  /** The `chaos` that it belongs to. */
  readonly caller: ProcessId | null;
}

export const sessionFiles = (state: string, run: string) => {
  const folder = join(state, 'steps');
  const base = join(folder, run);
  return {
    folder,
    session: `${base}.json`,
    experiment: join(folder, 'experiments', `${run}.json`),
    log: `${base}.log`,
  } as const;
};

/** The session of a run; undefined when there is none any more. */
export async function readSession(file: string): Promise<SessionFile | undefined> {
  const session = (await readJson(file)) as SessionFile | undefined;
  return session !== undefined && isAlive(session) ? session : undefined;
}

export async function writeSession(file: string, session: SessionFile): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true });
  await replaceFile(file, `${JSON.stringify(session, null, 2)}\n`, 0o600);
}

export const removeSession = (file: string): Promise<void> => rm(file, { force: true });
