import { array, integer, literal, object, string } from '../json-schema.ts';
import { livenessPaths, readinessPaths } from './probe-paths.ts';
import { layer } from './resource.ts';

/** Each ends the process at most once per pod and pulse, so that it never becomes a crash loop. */
export const exit = object(
  { kind: literal('exit', { description: 'ends the process' }) },
  { layer, code: integer({ description: 'an exit code from 0 to 255', minimum: 0, maximum: 255, default: 1 }) },
  { description: 'exit: the process calls process.exit, once per pod and pulse' },
);

export const kill = object(
  { kind: literal('kill', { description: 'kills the process' }) },
  { layer },
  { description: 'kill: the process gets SIGKILL, once per pod and pulse' },
);

const message = string({
  description: 'the message of the error',
  default: 'injected by pado',
  minLength: 1,
  maxLength: 1_024,
});

// `throw` is a reserved word.
export const throwing = object(
  { kind: literal('throw', { description: 'throws an error that nobody catches' }) },
  { layer, message },
  { description: 'throw: an uncaught exception, once per pod and pulse' },
);

export const reject = object(
  { kind: literal('reject', { description: 'rejects a promise that nobody handles' }) },
  { layer, message },
  { description: 'reject: an unhandled rejection, once per pod and pulse' },
);

const probe = (what: string, defaults: readonly string[]) => ({
  layer,
  paths: array(string({ description: 'a path such as /readyz', pattern: '^/', maxLength: 1_024 }), {
    description: `the paths of the ${what} probe`,
    default: defaults,
    minItems: 1,
    maxItems: 16,
  }),
  status: integer({ description: 'an HTTP status from 400 to 599', minimum: 400, maximum: 599, default: 503 }),
});

export const unready = object(
  { kind: literal('unready', { description: 'fails the readiness probe' }) },
  probe('readiness', readinessPaths),
  { description: 'unready: the readiness probe fails, so that the container is deregistered; nothing else changes' },
);

export const unhealthy = object(
  { kind: literal('unhealthy', { description: 'fails the liveness probe' }) },
  probe('liveness', livenessPaths),
  { description: 'unhealthy: the liveness probe fails, so that the container is restarted' },
);
