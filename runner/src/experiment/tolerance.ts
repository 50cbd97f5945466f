import { isPadoError } from '@pado/fault';
import { isObject } from '../is-object.ts';
import type { Answer } from '../providers/provider.ts';
import { type Asking, ask } from './ask.ts';
import type { ProbeTolerance, Tolerance } from './tolerance-schema.ts';
import { isProbeTolerance, type Judged, shown, weigh } from './tolerance-weigh.ts';

export type { Judged } from './tolerance-weigh.ts';
export { inWords } from './tolerance-words.ts';

/**
 * Whether an answer is within a tolerance, and the part of it that was judged. Chaos Toolkit's kinds decide as
 * chaoslib does; where chaoslib would crash (a comparison of a text with a number), it is a miss.
 */
export async function judge(
  answer: Pick<Answer, 'output' | 'durationMs'>,
  tolerance: Tolerance,
  asking: Asking,
): Promise<Judged> {
  return isProbeTolerance(tolerance) ? judgeByProbe(answer.output, tolerance, asking) : weigh(answer, tolerance);
}

/** The other call gets what was observed as its argument `value`; as in chaoslib, a failed call is a miss. */
async function judgeByProbe(output: unknown, tolerance: ProbeTolerance, asking: Asking): Promise<Judged> {
  const value = shown(output);
  const given = isObject(tolerance.provider.arguments) ? tolerance.provider.arguments : {};
  const provider = { ...tolerance.provider, arguments: { ...given, value: output } } as ProbeTolerance['provider'];
  const nowMs = Date.now();
  try {
    const answer = await ask({ provider, window: { startMs: nowMs, endMs: nowMs } }, asking);
    if (tolerance.tolerance === undefined) return { met: isTrue(answer.output), value };
    return { met: (await judge(answer, tolerance.tolerance as Tolerance, asking)).met, value };
  } catch (error) {
    if (!isPadoError(error) || error.code !== 'ERR_PADO_PROVIDER') throw error;
    return { met: false, value };
  }
}

/** As Python has it: empty texts, lists and maps are false; so the answer of a program, whatever its status, is true. */
function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return isObject(value) ? Object.keys(value).length > 0 : Boolean(value);
}
