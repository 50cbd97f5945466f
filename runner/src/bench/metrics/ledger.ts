import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { PadoError } from '@pado/fault';
import { isObject } from '../../is-object.ts';
import type { Sample } from '../contracts.ts';

const outcomes: readonly unknown[] = ['good', 'degraded', 'bad'] satisfies readonly Sample['outcome'][];
const longestShown = 120;

export interface LedgerOptions {
  /** How long a user waits, in milliseconds: no duration is longer. */
  readonly deadlineMs: number;
}

/**
 * Reads what load/cascade.ts said to k6's console, in the order of arrival. A load that was killed leaves its last line
 * cut: that one is left out.
 * @throws PadoError ERR_PADO_NOT_FOUND, or ERR_PADO_INVALID with the number of a line that is no JSON object
 */
export async function readLedger(file: string, { deadlineMs }: LedgerOptions): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  let doubtful: { readonly line: number; readonly text: string } | undefined;
  let line = 0;
  const input = createReadStream(file, 'utf8');
  try {
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      // Only the last line may be cut: a doubtful one with another after it is garbage.
      if (doubtful !== undefined) throw garbage(file, doubtful);
      line += 1;
      if (text.trim() === '') continue;
      const sample = sampleOf(text);
      if (sample === 'garbage') doubtful = { line, text };
      else if (sample !== 'other') samples.push({ ...sample, durationMs: Math.min(sample.durationMs, deadlineMs) });
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new PadoError('ERR_PADO_NOT_FOUND', `there is no ledger ${file}: the load did not write one`, { cause });
  } finally {
    input.destroy();
  }
  // k6 writes a line when the answer is there, not when the user came.
  return samples.sort((one, other) => one.atMs - other.atMs);
}

/** `other`: a JSON object that is no sample, such as something else that the script said. */
export function sampleOf(text: string): Sample | 'other' | 'garbage' {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    return 'garbage';
  }
  if (!isObject(line)) return 'garbage';
  const { at, j, o, ms, s } = line;
  if (at === undefined || o === undefined) return 'other';
  if (!isTime(at) || typeof j !== 'string' || !outcomes.includes(o) || !isTime(ms)) return 'garbage';
  const status = typeof s === 'number' ? s : 0;
  return { atMs: at, journey: j, outcome: o as Sample['outcome'], durationMs: ms, status };
}

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;

const garbage = (file: string, { line, text }: { readonly line: number; readonly text: string }): PadoError =>
  new PadoError(
    'ERR_PADO_INVALID',
    `${file}, line ${line} is not a line of the ledger such as {"at":1730000000000,"j":"list","o":"good","ms":12,"s":200}: ${text.slice(0, longestShown)}`,
    { details: { file, line } },
  );
