import Fastify from 'fastify';
import t, { type Test } from 'tap';
import { renderProblems } from '../../../../services/kit/src/http/errors.ts';
import { PeerClient } from '../../../../services/kit/src/http/peer-client.ts';
import { createMetrics } from '../../../../services/kit/src/metrics.ts';
import type { PeerPolicy } from '../../../../services/kit/src/resilience/policy.ts';
import { idsOnlyTracer } from '../../../../services/kit/src/trace.ts';
import { failure } from '../../../helpers/failure.ts';
import { json, peer } from '../../../helpers/peer.ts';

const get = { method: 'GET', path: '/', route: '/' } as const;

function client(t: Test, url: string, retry: PeerPolicy['retry']) {
  const policy: PeerPolicy = retry === undefined ? {} : { retry };
  const metrics = createMetrics('x');
  const made = new PeerClient({ peer: 'next', urls: [url], policy: () => policy, metrics, tracer: idsOnlyTracer });
  t.teardown(() => made.close());
  return made;
}

/** A service that answers by asking the next one. */
async function layer(t: Test, next: PeerClient): Promise<string> {
  const app = Fastify();
  renderProblems(app);
  app.get('/', () => next.request(get));
  t.teardown(() => app.close());
  return app.listen({ host: '127.0.0.1', port: 0 });
}

/** The requests that a failing leaf gets for one call through two more layers. */
async function leafRequests(t: Test, retry: PeerPolicy['retry']): Promise<number> {
  let requests = 0;
  const leaf = await peer(t, (_request, response) => {
    requests++;
    json(response, 503, {});
  });
  const lower = await layer(t, client(t, leaf, retry));
  const upper = await layer(t, client(t, lower, retry));
  t.match(await failure(client(t, upper, retry).request(get)), { reason: 'status', status: 503 });
  return requests;
}

t.test('without the marker, retries multiply across layers', async (t) => {
  t.equal(await leafRequests(t, { maxAttempts: 3 }), 27);
});

t.test('where the marker is heeded, only the lowest layer repeats', async (t) => {
  t.equal(await leafRequests(t, { maxAttempts: 3, heedMarker: true }), 3);
});
