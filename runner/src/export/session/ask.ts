import { PadoError } from '@pado/fault';
import { request } from 'undici';
import type { StepAnswer } from './answers.ts';
import type { SessionFile } from './state.ts';

/** Asks the session of a run, and waits as long as it takes. @throws PadoError when it has ended */
export async function askSession(
  { url, token }: SessionFile,
  question: { readonly verb: string; readonly name?: string },
  signal: AbortSignal,
): Promise<StepAnswer> {
  try {
    const { body } = await request(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(question),
      headersTimeout: 0,
      bodyTimeout: 0,
      signal,
    });
    return (await body.json()) as StepAnswer;
  } catch (cause) {
    signal.throwIfAborted();
    throw new PadoError('ERR_PADO_PROVIDER', `the run behind this experiment has ended: ${(cause as Error).message}`, {
      cause,
    });
  }
}
