import type { IncomingMessage } from 'node:http';
import type { FaultBook } from '../fault-book.ts';
import type { Leases } from '../leases.ts';
import type { Targets } from '../targets.ts';
import { validateFault } from '../validate.ts';
import { readJson } from './body.ts';
import { HttpProblem } from './problem.ts';

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

export interface Parts {
  readonly book: FaultBook;
  readonly leases: Leases;
  readonly targets: Targets;
}

type Handler = (
  parts: Parts,
  context: { readonly name: string; readonly url: URL; readonly request: IncomingMessage },
) => Answer | Promise<Answer>;

/** The longest that one renewal may hold a lease. */
const maxLeaseMs = 60_000;

/** The API of agent/fault/src/api.ts, a line a call; `:name` is the last step of the path. */
const routes: Readonly<Record<string, Handler>> = {
  'GET /v1/faults': ({ book }) => ({ status: 200, body: { items: book.all.map((fault) => fault.status) } }),
  'GET /v1/faults/:name': ({ book }, { name }) => ({ status: 200, body: book.get(name).status }),
  'GET /v1/targets': ({ targets }) => ({ status: 200, body: { items: targets.statuses } }),

  // Asked by a thread of an injector whose main thread may be blocked: see leaseCheckMs in agent/fault/src/protocol.ts.
  'GET /v1/channel/:name': ({ book, targets }, { name: uid, url }) => {
    targets.get(url.searchParams.get('instance') ?? '')?.heard();
    return book.byUid(uid)?.ended === false
      ? { status: 200, body: {} }
      : { status: 410, body: { code: 'ERR_PADO_NOT_FOUND' } };
  },

  'POST /v1/faults': async ({ book }, { request, url }) => {
    const result = validateFault(await readJson(request));
    if ('problems' in result) {
      const [first] = result.problems;
      const more = result.problems.length > 1 ? ` (and ${result.problems.length - 1} more)` : '';
      throw new HttpProblem(
        400,
        'ERR_PADO_INVALID',
        `${first?.path.join('.')}: ${first?.message}${more}`,
        result.problems,
      );
    }
    return { status: 201, body: book.create(result.fault, { wait: url.searchParams.get('wait') === 'true' }) };
  },

  'PATCH /v1/faults/:name': async ({ book }, { name, request }) => {
    const body = await readJson(request);
    if (JSON.stringify(body) !== '{"stopped":true}') {
      throw new HttpProblem(400, 'ERR_PADO_INVALID', 'a fault can only be stopped: send {"stopped": true}');
    }
    const fault = book.get(name);
    fault.end('stopped');
    return { status: 200, body: fault.status };
  },

  'DELETE /v1/faults/:name': ({ book }, { name }) => {
    book.delete(name);
    return { status: 204 };
  },

  'DELETE /v1/faults': ({ book }) => {
    for (const { name } of book.all) book.delete(name);
    return { status: 204 };
  },

  'PUT /v1/leases/:name': async ({ leases }, { name, request }) => {
    const durationMs = ((await readJson(request)) as { durationMs?: unknown } | null)?.durationMs;
    if (typeof durationMs !== 'number' || !(durationMs > 0 && durationMs <= maxLeaseMs)) {
      throw new HttpProblem(400, 'ERR_PADO_INVALID', `durationMs must be a number of milliseconds up to ${maxLeaseMs}`);
    }
    return { status: leases.renew(name, durationMs) ? 201 : 200, body: { name, durationMs } };
  },

  'DELETE /v1/leases/:name': ({ leases, book }, { name }) => {
    leases.release(name);
    book.tick();
    return { status: 204 };
  },
};

/** Finds the handler of a request and runs it. */
export async function route(parts: Parts, request: IncomingMessage, url: URL): Promise<Answer> {
  const plain = routes[`${request.method} ${url.pathname}`];
  if (plain) return plain(parts, { name: '', url, request });
  const [, collection, encoded] = /^(\/v1\/[a-z]+)\/([^/]+)$/.exec(url.pathname) ?? [];
  const named = routes[`${request.method} ${collection}/:name`];
  if (named === undefined || encoded === undefined) {
    throw new HttpProblem(404, 'ERR_PADO_NOT_FOUND', `the agent has no ${request.method} ${url.pathname}`);
  }
  return named(parts, { name: decodeName(encoded), url, request });
}

function decodeName(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw new HttpProblem(400, 'ERR_PADO_INVALID', `the name ${encoded} is not URL-encoded properly`);
  }
}
