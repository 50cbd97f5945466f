import { STATUS_CODES } from 'node:http';
import type { ErrorObject } from 'ajv';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Problem, type ProblemDocument } from '../problem.ts';
import { markerHeader } from './marker.ts';
import { PeerError } from './peer-error.ts';

/** Renders every error as problem+json (RFC 9457); what nobody expected is logged and stays a plain 500. */
export function renderProblems(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => send(toProblem(error, request), request, reply));
  app.setNotFoundHandler((request, reply) =>
    send(new Problem(404, 'not_found', `There is nothing at ${request.method} ${request.url}.`), request, reply),
  );
}

function send(problem: Problem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const document: ProblemDocument = {
    type: 'about:blank',
    title: STATUS_CODES[problem.status] ?? 'Error',
    status: problem.status,
    detail: problem.message,
    code: problem.code,
    instance: request.url,
  };
  return reply
    .code(problem.status)
    .headers({ ...problem.headers })
    .type('application/problem+json')
    .send(document);
}

function toProblem(error: unknown, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof PeerError) return marked(ofPeer(error), error);
  const { validation, validationContext = 'request', statusCode, message, code } = error as FastifyError;
  if (validation) return new Problem(400, 'invalid_request', describeValidation(validation, validationContext));
  if (statusCode !== undefined && statusCode < 500)
    return new Problem(statusCode, code?.toLowerCase() ?? 'bad_request', message);
  request.log.error({ err: error }, 'unexpected error');
  return new Problem(500, 'internal_error', 'The service failed to handle the request.');
}

/** A caller that repeats what was repeated here already multiplies the load: 3 attempts at 5 layers are 243. */
const marked = (problem: Problem, { final }: PeerError): Problem =>
  final && problem.status >= 500
    ? new Problem(problem.status, problem.code, problem.message, { ...problem.headers, [markerHeader]: 'false' })
    : problem;

/** A peer's refusal is passed on as it is; a peer's failure becomes a gateway status. */
function ofPeer(error: PeerError): Problem {
  switch (error.reason) {
    case 'status': {
      const status = error.status ?? 502;
      if (status < 500)
        return new Problem(status, error.problem?.code ?? 'peer_refused', error.problem?.detail ?? error.message);
      return new Problem(
        status === 503 || status === 504 ? status : 502,
        error.problem?.code ?? 'peer_failed',
        error.message,
        status === 503 ? { 'retry-after': '1' } : {},
      );
    }
    case 'timeout':
    case 'deadline':
      return new Problem(504, `peer_${error.reason}`, error.message);
    case 'bulkhead':
    case 'breaker':
      return new Problem(503, `peer_${error.reason}`, error.message, { 'retry-after': '1' });
    case 'throttle':
      return new Problem(503, 'peer_throttled', error.message, { 'retry-after': '1' });
    case 'cancelled':
      // A deadline that has passed here is no caller that has left: who still waits must see a failure.
      if (error.cause instanceof Problem) return error.cause;
      return new Problem(499, 'client_closed_request', error.message);
    case 'connection':
      return new Problem(502, 'peer_unreachable', error.message);
  }
}

type ValidationErrors = NonNullable<FastifyError['validation']>;

/** Names each wrong field and what would be right: the schema's own words where it has some. */
const describeValidation = (errors: ValidationErrors, part: string): string =>
  errors.map((error) => `${part}${error.instancePath} ${expectation(error)}`).join('; ');

function expectation({
  keyword,
  params,
  message,
  parentSchema,
}: ValidationErrors[number] & Partial<ErrorObject>): string {
  if (keyword === 'additionalProperties') return `must not have the unknown field "${params.additionalProperty}"`;
  if (keyword === 'pattern' && parentSchema?.description) return `must be ${parentSchema.description}`;
  return message ?? 'is invalid';
}
