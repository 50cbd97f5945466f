import { setTimeout as sleep } from 'node:timers/promises';
import { PadoError } from '@pado/fault';

export const readyTimeoutMs = 60_000;
const intervalMs = 100;

/** Asks until the answer is true; a check that throws has answered no. */
export async function untilReady(
  name: string,
  check: (signal: AbortSignal) => Promise<boolean>,
  signal: AbortSignal,
  timeoutMs: number = readyTimeoutMs,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  let last: unknown;
  while (performance.now() < deadline) {
    signal.throwIfAborted();
    try {
      if (await check(AbortSignal.any([signal, AbortSignal.timeout(2_000)]))) return;
    } catch (error) {
      last = error;
    }
    await sleep(intervalMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
  throw new PadoError('ERR_PADO_NOT_READY', `${name} was not ready within ${timeoutMs / 1_000} s`, { cause: last });
}

/** True when the address answers 200. */
export async function answers(url: string, signal: AbortSignal): Promise<boolean> {
  const response = await fetch(url, { signal, headers: { connection: 'close' } });
  await response.body?.cancel();
  return response.ok;
}
