import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from '../client.ts';
import { paths } from '../paths.ts';

export interface FollowedLog {
  /** What has been read so far. */
  readonly lines: () => readonly string[];
  /** Resolves when the container has ended and all that it said is read. */
  readonly ended: Promise<void>;
}

/** Follows the log of a pod; a broken connection begins anew, with the whole log. */
export function followLog(client: KubeClient, pod: string, signal: AbortSignal): FollowedLog {
  let lines: string[] = [];
  const follow = async (): Promise<void> => {
    for (let failures = 0; failures < 5 && !signal.aborted; ) {
      const fresh: string[] = [];
      try {
        const stream = await client.stream(`${paths.pods(client.namespace, pod)}/log`, {
          query: { follow: true },
          signal,
        });
        for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
          fresh.push(line);
          if (fresh.length >= lines.length) lines = fresh;
        }
        return;
      } catch {
        failures++;
        await sleep(500, undefined, { signal }).catch(() => {});
      }
    }
  };
  return { lines: () => lines, ended: follow() };
}
