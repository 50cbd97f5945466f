import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { PadoError } from '@pado/fault';
import { identify, isAlive } from '../stack/process-table.ts';
import type { Intent } from './intent.ts';

export interface IntentJournal {
  /** Returns once it is on the disk. @throws PadoError ERR_PADO_JOURNAL: then nothing may be done */
  readonly begin: (intent: Pick<Intent, 'kind' | 'what' | 'undo' | 'data'>) => Promise<OpenIntent>;
  /** Those that are open, oldest first, with files that cannot be read. */
  readonly open: () => Promise<{ readonly intents: readonly Intent[]; readonly broken: readonly string[] }>;
  readonly close: (intent: Intent, state: 'done' | 'undone') => Promise<void>;
  /** Forgets those that are closed, but for the last ones. */
  readonly prune: () => Promise<void>;
}

export interface OpenIntent {
  readonly intent: Intent;
  /** Adds what became known meanwhile. */
  readonly add: (data: Intent['data']) => Promise<void>;
  readonly close: (state: 'done' | 'undone') => Promise<void>;
}

/** Closed ones are kept for people who ask what happened. */
const kept = 100;

/** The folder of intents beside the folder of runs; whatever keeps its runs deeper down shares it. */
export function intentsBeside(runs: string): string {
  for (let folder = resolve(runs); folder !== dirname(folder); folder = dirname(folder)) {
    if (basename(folder) === '.pado') return join(folder, 'intents');
  }
  return join(dirname(resolve(runs)), 'intents');
}

/** A file each, written whole and put in place: a power cut leaves the old one or the new one. */
export function intentJournal(folder: string, now: () => Date = () => new Date()): IntentJournal {
  const fileOf = (id: string) => join(folder, `${id}.json`);
  const write = async (intent: Intent): Promise<void> => {
    const file = fileOf(intent.id);
    try {
      await mkdir(folder, { recursive: true });
      const part = await open(`${file}.part`, 'w');
      try {
        await part.writeFile(`${JSON.stringify(intent, null, 1)}\n`);
        await part.sync();
      } finally {
        await part.close();
      }
      await rename(`${file}.part`, file);
      await syncFolder(folder);
    } catch (cause) {
      const message = `the intent to undo could not be written to ${file}: ${(cause as Error).message}`;
      throw new PadoError('ERR_PADO_JOURNAL', message, { cause, details: { file } });
    }
  };
  const read = async (): Promise<{ intents: Intent[]; broken: string[] }> => {
    const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    const broken: string[] = [];
    const found = await Promise.all(
      names
        .filter((name) => name.endsWith('.json'))
        .map(async (name) => {
          const file = join(folder, name);
          const parsed = parse(await readFile(file, 'utf8').catch(() => ''));
          if (parsed === undefined) broken.push(file);
          return parsed ?? [];
        }),
    );
    return { intents: found.flat().sort((one, other) => (one.at < other.at ? -1 : 1)), broken };
  };
  const close: IntentJournal['close'] = (intent, state) => write({ ...intent, state });
  return {
    begin: async (given) => {
      const at = now().toISOString();
      const id = `${at.replace(/\.\d+|[-:]/g, '').toLowerCase()}-${randomUUID().slice(0, 8)}`;
      const { pid = process.pid, startTicks = 0 } = identify(process.pid) ?? {};
      let intent: Intent = { id, at, ...given, owner: { host: hostname(), pid, startTicks }, state: 'open' };
      await write(intent);
      return {
        get intent() {
          return intent;
        },
        add: async (data) => {
          intent = { ...intent, data: { ...intent.data, ...data } };
          await write(intent);
        },
        close: (state) => close(intent, state),
      };
    },
    open: async () => {
      const { intents, broken } = await read();
      return { intents: intents.filter(({ state }) => state === 'open'), broken };
    },
    close,
    prune: async () => {
      const { intents } = await read();
      const closed = intents.filter(({ state }) => state !== 'open');
      await Promise.all(closed.slice(0, -kept).map(({ id }) => rm(fileOf(id), { force: true })));
    },
  };
}

/** Whether the run that made it still goes on, and will undo it by itself. Of another machine that is not known: no. */
export const isOwned = ({ owner }: Intent): boolean => owner.host === hostname() && isAlive(owner);

function parse(text: string): Intent | undefined {
  try {
    const intent = JSON.parse(text) as Partial<Intent> | null;
    const isWhole =
      typeof intent?.id === 'string' &&
      typeof intent.kind === 'string' &&
      typeof intent.what === 'string' &&
      typeof intent.data === 'object' &&
      typeof intent.owner === 'object';
    return isWhole ? (intent as Intent) : undefined;
  } catch {
    return undefined;
  }
}

/** A new name is as durable as the folder that holds it. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
