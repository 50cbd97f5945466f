import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import Fastify from 'fastify';
import t from 'tap';
import { holdMemory, objectGraph } from '../../../services/kit/src/request-memory.ts';

const module = fileURLToPath(new URL('../../../services/kit/src/request-memory.ts', import.meta.url));

t.test('the heap grows by about what was asked for', async (t) => {
  // Collected before and after, in a process that does nothing else.
  const code = `
    import { objectGraph } from ${JSON.stringify(module)};
    const heap = () => (gc(), gc(), process.memoryUsage().heapUsed / 1024);
    objectGraph(4096);
    const before = heap();
    const graphs = Array.from({ length: 32 }, () => objectGraph(256));
    console.log(heap() - before, graphs.length);`;
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    '--input-type=module',
    '--eval',
    code,
  ]);
  const grown = Number(stdout.split(' ')[0]);
  const wanted = 32 * 256;
  t.ok(grown > 0.6 * wanted && grown < 1.4 * wanted, `${Math.round(grown)} KiB instead of ${wanted}`);
});

t.test('it is many small objects', async (t) => {
  t.ok(objectGraph(64).length > 200);
  t.equal(objectGraph(0).length, 0);
});

t.test('each request keeps it until it is answered or given up; probes keep nothing', async (t) => {
  const app = Fastify({ forceCloseConnections: true });
  t.teardown(() => app.close());
  const kept = holdMemory(app, 1);
  const hold = Promise.withResolvers<void>();
  let entered = Promise.withResolvers<void>();
  app.get('/held', async () => {
    entered.resolve();
    await hold.promise;
    return 'x';
  });
  let duringProbe = -1;
  app.get('/readyz', async () => {
    duringProbe = kept();
    return 'x';
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  await (await fetch(`${url}/readyz`)).text();
  t.equal(duringProbe, 0);

  const answer = fetch(`${url}/held`);
  await entered.promise;
  entered = Promise.withResolvers<void>();
  const impatient = new AbortController();
  const left = fetch(`${url}/held`, { signal: impatient.signal }).catch(() => 'left');
  await entered.promise;
  t.equal(kept(), 2);
  impatient.abort();
  t.equal(await left, 'left');
  while (kept() > 1) await new Promise(setImmediate);
  hold.resolve();
  t.equal(await (await answer).text(), 'x');
  while (kept() > 0) await new Promise(setImmediate);
});

t.test('none by default', async (t) => {
  const app = Fastify();
  t.teardown(() => app.close());
  const kept = holdMemory(app, 0);
  let during = -1;
  app.get('/', async () => {
    during = kept();
    return 'x';
  });
  await app.inject('/');
  t.equal(during, 0);
});
