import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentFile } from '@pado/fault';

/** The files by which commands and injectors find the agent; only their owner can read them. */
export async function createState(directory: string) {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const agentFile = join(directory, 'agent.json');
  const tokenFile = join(directory, 'agent.token');
  const token = randomBytes(32).toString('base64url');
  await writePrivate(tokenFile, token);
  return {
    token,
    tokenFile,
    publish: (url: string) =>
      writePrivate(agentFile, JSON.stringify({ url, tokenFile, pid: process.pid } satisfies AgentFile)),
    remove: async () => {
      await rm(agentFile, { force: true });
      await rm(tokenFile, { force: true });
    },
  };
}

/** Whole or not at all, and never readable by others, not even for a moment. */
async function writePrivate(file: string, text: string): Promise<void> {
  const temporary = `${file}.${process.pid}`;
  await rm(temporary, { force: true });
  await writeFile(temporary, text, { mode: 0o600, flag: 'wx' });
  await rename(temporary, file);
}
