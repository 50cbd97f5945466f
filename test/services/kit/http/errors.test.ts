import Fastify from 'fastify';
import t from 'tap';
import { renderProblems } from '../../../../services/kit/src/http/errors.ts';
import { PeerError } from '../../../../services/kit/src/http/peer-error.ts';
import { problem } from '../../../../services/kit/src/problem.ts';

async function answerTo(error: PeerError) {
  const app = Fastify();
  renderProblems(app);
  app.get('/', async () => {
    throw error;
  });
  const answer = await app.inject('/');
  await app.close();
  return { status: answer.statusCode, code: answer.json().code, marker: answer.headers['x-should-retry'] };
}

const final = { final: true };

t.test('refusals of the client side are 503 and marked, a cancelled call is a 499', async (t) => {
  t.same(await answerTo(new PeerError('x', 'breaker')), { status: 503, code: 'peer_breaker', marker: 'false' });
  t.same(await answerTo(new PeerError('x', 'throttle')), { status: 503, code: 'peer_throttled', marker: 'false' });
  t.same(await answerTo(new PeerError('x', 'bulkhead')), { status: 503, code: 'peer_bulkhead', marker: undefined });
  t.same(await answerTo(new PeerError('x', 'cancelled')), {
    status: 499,
    code: 'client_closed_request',
    marker: undefined,
  });
});

t.test(
  'a call that was cut by a deadline of this server is answered as that deadline, not as a client that left',
  async (t) => {
    const cause = problem(504, 'deadline_exceeded', 'The caller had stopped waiting.');
    t.match(await answerTo(new PeerError('x', 'cancelled', { cause })), { status: 504, code: 'deadline_exceeded' });
  },
);

t.test('a failure that was repeated already is marked, a first one is not, an answer never', async (t) => {
  t.match(await answerTo(new PeerError('x', 'connection', final)), { status: 502, marker: 'false' });
  t.match(await answerTo(new PeerError('x', 'timeout', final)), { status: 504, marker: 'false' });
  t.match(await answerTo(new PeerError('x', 'status', { status: 503, ...final })), { status: 503, marker: 'false' });
  t.match(await answerTo(new PeerError('x', 'status', { status: 503 })), { status: 503, marker: undefined });
  t.match(await answerTo(new PeerError('x', 'status', { status: 404, ...final })), { status: 404, marker: undefined });
});
