import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandOptions } from './command.ts';

/** Gets a binary somewhere into an empty folder, verified. */
export type Fetch = (folder: string, options: CommandOptions) => Promise<Fetched>;

export interface Fetched {
  readonly binary: string;
  /** Where it came from, for people. */
  readonly source: string;
  readonly checked: 'pinned' | 'unlisted';
}

/**
 * Fetches into a folder of its own and moves the finished binary to its place by one rename: whoever looks sees no
 * file or a whole one, and two that fetch at once do no harm.
 */
export async function install(target: string, folder: string, fetch: Fetch, options: CommandOptions): Promise<Fetched> {
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(folder, 'fetch-'));
  try {
    const fetched = await fetch(work, options);
    await chmod(fetched.binary, 0o755);
    await rename(fetched.binary, target);
    return fetched;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
