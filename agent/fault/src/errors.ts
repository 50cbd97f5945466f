/** Every error that Pado raises on purpose, in one place: its code and what it means. Docs are tested against it. */
export const errorCodes = {
  ERR_PADO_USAGE: 'The command line is wrong: an unknown command or option, or a missing value.',
  ERR_PADO_INVALID: 'A file or request does not fit its schema.',
  ERR_PADO_NOT_FOUND: 'A named thing (file, fault, target, service, run) does not exist.',
  ERR_PADO_CONFLICT: 'A thing with this name exists already, or another stack is running here.',
  ERR_PADO_UNAUTHORIZED: 'The token is missing or wrong; of AWS, the credentials are missing, wrong or expired.',
  ERR_PADO_AGENT_UNREACHABLE: 'No agent answers at the address in .pado/agent.json.',
  ERR_PADO_NO_TARGET:
    'No target was armed in time: nothing matches the selector, or nothing that matches is connected.',
  ERR_PADO_LIMIT_UNKNOWN: 'A share of a limit was asked for where no limit is set.',
  ERR_PADO_REFUSED:
    'A guard refused: the fault would kill the process, or harm instances that the experiment may not harm.',
  ERR_PADO_TOOL_MISSING: 'k6 or Prometheus could not be found or fetched.',
  ERR_PADO_PORT_TAKEN: 'A port that was asked for is in use.',
  ERR_PADO_CHILD_DIED: 'A process that Pado started has ended unexpectedly.',
  ERR_PADO_NOT_READY: 'A process that Pado started did not become ready in time.',
  ERR_PADO_PROMETHEUS: 'Prometheus did not answer a query, or answered with an error.',
  ERR_PADO_K6: 'k6 could not run the script.',
  ERR_PADO_PROVIDER: 'An activity of an experiment failed.',
  ERR_PADO_JOURNAL: 'The journal of a run could not be written, as on a full disk.',
  ERR_PADO_KUBERNETES: 'The API server of Kubernetes could not be reached, or could not do what was asked.',
  ERR_PADO_AWS: 'AWS could not be reached, throttles, or could not do what was asked: try again later.',
  ERR_PADO_FORBIDDEN:
    'The API server of Kubernetes (a rule of RBAC or an admission policy) or AWS (an IAM policy) forbids it.',
  ERR_PADO_INTERNAL: 'A defect in Pado itself.',
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** An error with a code from {@link errorCodes}; its message says what is wrong, where, and what would be right. */
export class PadoError extends Error {
  override readonly name = 'PadoError';
  readonly code: ErrorCode;
  /** Facts for `--json` and for callers: file, line, path, field. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; details?: Record<string, unknown> } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }
}

export const isPadoError = (error: unknown): error is PadoError =>
  error instanceof Error && error.name === 'PadoError' && 'code' in error;
