import { readFileSync } from 'node:fs';
import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';

/** Gives what a credential is now; `isRefused` says that the last one was not accepted. */
export type Credential = (isRefused?: boolean) => string | undefined;

/**
 * A file that something else replaces from time to time, such as a service account's token: read afresh at most once a
 * minute, or when it was refused. What was read last stays in use while the file cannot be read.
 */
export function freshFile(path: string, clock: Clock, log: Log, maxAgeMs = 60_000): Credential {
  let text: string | undefined;
  let readAtMs = Number.NEGATIVE_INFINITY;
  return (isRefused = false) => {
    if (!isRefused && clock.now() - readAtMs < maxAgeMs) return text;
    readAtMs = clock.now();
    try {
      text = readFileSync(path, 'utf8').trim();
    } catch (error) {
      log('warn', 'a credential cannot be read', { path, error: (error as Error).message });
    }
    return text;
  };
}
