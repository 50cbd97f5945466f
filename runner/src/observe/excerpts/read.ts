import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Excerpt, TimeWindow } from '../../contracts.ts';
import { choose } from './choose.ts';
import { type LogLine, readLines } from './line.ts';

/** A log is read from its end: what is older than so many bytes is not of this run. */
const mostBytes = 4 * 2 ** 20;
/** They tell of themselves, not of the shop. */
const notServices = new Set(['agent.log', 'prometheus.log']);

/** Excerpts of the logs in a folder; none where the folder cannot be read. */
export async function readExcerpts(directory: string, window: TimeWindow): Promise<readonly Excerpt[]> {
  const files = (await readdir(directory).catch(() => [])).filter(
    (name) => name.endsWith('.log') && !notServices.has(name),
  );
  const lines: LogLine[] = [];
  for (const name of files.sort()) {
    const text = await tail(join(directory, name)).catch(() => '');
    for (const line of readLines(name.replace(/\.log$/, ''), text)) lines.push(line);
  }
  return choose(lines, window);
}

/** The end of a file, from the beginning of a line on. */
async function tail(file: string): Promise<string> {
  await using handle = await open(file);
  const { size } = await handle.stat();
  const from = Math.max(0, size - mostBytes);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
  const text = buffer.toString('utf8', 0, bytesRead);
  return from === 0 ? text : text.slice(text.indexOf('\n') + 1);
}
