import { type ErrorCode, isPadoError } from '@pado/fault';

/** An error that the caller sees as problem+json (RFC 9457). */
export class HttpProblem extends Error {
  readonly status: number;
  readonly code: ErrorCode;
  readonly problems: readonly unknown[] | undefined;

  constructor(status: number, code: ErrorCode, message: string, problems?: readonly unknown[]) {
    super(message);
    this.status = status;
    this.code = code;
    this.problems = problems;
  }
}

const statusOf: Partial<Record<ErrorCode, number>> = {
  ERR_PADO_NOT_FOUND: 404,
  ERR_PADO_CONFLICT: 409,
  ERR_PADO_INVALID: 400,
};

/** Any error as a problem; what nobody expected stays a plain 500. */
export function toProblem(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (isPadoError(error)) return new HttpProblem(statusOf[error.code] ?? 500, error.code, error.message);
  return new HttpProblem(500, 'ERR_PADO_INTERNAL', 'the agent failed to handle the request');
}
