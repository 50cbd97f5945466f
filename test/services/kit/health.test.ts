import t from 'tap';
import { addHealthRoutes } from '../../../services/kit/src/health.ts';
import { renderProblems } from '../../../services/kit/src/http/errors.ts';
import { createServer } from '../../../services/kit/src/http/server.ts';
import { createMetrics } from '../../../services/kit/src/metrics.ts';

t.test('/healthz looks at the database where the policy says so, and gives it 300 ms', async (t) => {
  const app = createServer('test', false);
  t.teardown(() => app.close());
  let liveness: 'process' | 'dependencies' = 'process';
  let ready: () => Promise<void> = () => new Promise(() => {});
  renderProblems(app);
  addHealthRoutes(app, {
    metrics: createMetrics('test'),
    ready: () => ready(),
    draining: () => false,
    liveness: () => liveness,
    unreadyQueueMs: 0,
    oldestWaitMs: () => 1_000,
  });
  const get = (url: string) => app.inject({ url });
  t.equal((await get('/healthz')).statusCode, 200, 'a database that never answers is no reason to restart');
  liveness = 'dependencies';
  const slow = await get('/healthz');
  t.match(slow.json(), { status: 503, code: 'not_alive', detail: /did not answer within 300 ms/ });
  ready = async () => {
    throw new Error('no connection');
  };
  t.match((await get('/healthz')).json(), { status: 503, code: 'not_alive', detail: 'no connection' });
  ready = async () => {};
  t.equal((await get('/healthz')).statusCode, 200);
  t.equal((await get('/readyz')).statusCode, 200, 'a long queue is no reason unless it is told to be one');
});
