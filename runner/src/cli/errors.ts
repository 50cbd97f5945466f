import { constants } from 'node:os';
import { type ErrorCode, isPadoError } from '@pado/fault';
import { exitCodes } from '../contracts.ts';

/** The reason of an abort by a signal. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly by: NodeJS.Signals;

  constructor(by: NodeJS.Signals) {
    super(`stopped by ${by}`);
    this.by = by;
  }
}

export const usageExitCode = 2;

const byCode: Partial<Record<ErrorCode, number>> = {
  ERR_PADO_USAGE: usageExitCode,
  ERR_PADO_INVALID: usageExitCode,
  ERR_PADO_NOT_FOUND: usageExitCode,
  ERR_PADO_PORT_TAKEN: usageExitCode,
  ERR_PADO_NO_TARGET: exitCodes.inconclusive,
};

/** 128 + the signal's number, as shells count. */
export const signalExitCode = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];

export function exitCodeOf(error: unknown): number {
  if (error instanceof Interrupted) return signalExitCode(error.by);
  return (isPadoError(error) ? byCode[error.code] : undefined) ?? exitCodes.error;
}

/** The error as the document of `--json` and as lines for people. */
export function describeError(error: unknown, debug: boolean): { json: unknown; text: string } {
  if (error instanceof Interrupted)
    return { json: { error: { code: error.by, message: error.message } }, text: error.message };
  const known = isPadoError(error);
  const code: ErrorCode = known ? error.code : 'ERR_PADO_INTERNAL';
  const message = error instanceof Error ? error.message : String(error);
  const stack = debug && error instanceof Error ? `\n${error.stack}` : '';
  const hint = known || debug ? '' : ' (a defect in Pado: PADO_DEBUG=1 shows where)';
  return {
    json: { error: { code, message, ...(known ? { details: error.details } : {}) } },
    text: `${message}${hint} [${code}]${stack}`,
  };
}
