import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../clock.ts';
import type { KubeApi } from './kube-api.ts';
import type { ServerClock } from './server-clock.ts';

/** How far a wait of this process may be off; asking more finely than that tells nothing. */
const fineEnoughMs = 10;
const maxQuestions = 10;

/**
 * Narrows what is known of the server's clock from a second down to some milliseconds, by small questions that arrive
 * where a second of the server may begin: each answer's date halves the doubt. Takes some seconds; an answer that fails
 * ends it, for any later answer tells the time as well, only more coarsely.
 */
export async function calibrate(
  api: Pick<KubeApi, 'request'>,
  serverClock: ServerClock,
  clock: Clock,
  signal?: AbortSignal,
): Promise<void> {
  const ask = () => api.request('GET', '/version', signal === undefined ? {} : { signal });
  try {
    for (let asked = 0; asked < maxQuestions; asked++) {
      const offset = serverClock.offset();
      if (offset !== undefined) {
        if (offset.upperMs - offset.lowerMs <= fineEnoughMs) return;
        const middleMs = clock.now() + (offset.lowerMs + offset.upperMs) / 2;
        await sleep(1_000 - (middleMs % 1_000), undefined, signal === undefined ? {} : { signal });
      }
      await ask();
    }
  } catch {
    // Whoever needs the API server finds out that it does not answer.
  }
}
