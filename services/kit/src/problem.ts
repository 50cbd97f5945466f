/** An error that a client sees as problem+json (RFC 9457). */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** A throwable problem: `throw problem(404, 'product_not_found', 'There is no product 7.')`. */
export const problem = (status: number, code: string, detail: string, headers?: Record<string, string>): Problem =>
  new Problem(status, code, detail, headers);

export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly instance?: string;
}
