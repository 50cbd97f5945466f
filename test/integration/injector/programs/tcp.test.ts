import t, { type Test } from 'tap';
import { postgres } from '../../../helpers/postgres.ts';
import { connectedProgram, programs, startProgram } from '../../../helpers/programs.ts';
import { redis } from '../../../helpers/redis.ts';

t.setTimeout(300_000);
t.before(() => programs());

const delayMs = 80;
const tcp = { layer: 'tcp', direction: 'outbound' } as const;

interface Asked {
  readonly value?: string;
  readonly error?: { readonly name: string; readonly message: string; readonly code?: unknown };
  readonly ms: number;
}

/** A connection that is already open is slowed, broken and silenced, by its port. */
async function isReached(
  t: Test,
  name: string,
  port: number,
  env: NodeJS.ProcessEnv,
  expected: { readonly [key in 'message' | 'code']?: unknown },
): Promise<void> {
  const { host, target } = await connectedProgram(t, name, env);
  const ask = (text: string) => host.ask<Asked>('ask', text);
  t.equal((await ask('before')).value, 'before', 'the connection is open');

  const missing = await target.arm({ ...tcp, kind: 'latency', delay: '1h', match: { port: port + 1 } });
  t.equal((await ask('missed')).value, 'missed', 'another port is missed');
  t.same(await target.disarm(missing), [], 'and not counted');

  for (const at of ['before', 'after'] as const) {
    const late = await target.arm({ ...tcp, kind: 'latency', delay: `${delayMs}ms`, at, match: { port } });
    const slow = await ask('late');
    t.equal(slow.value, 'late');
    t.ok(slow.ms >= delayMs, `latency ${at}: never early`);
    const [evidence] = await target.disarm(late);
    t.ok(evidence!.applied >= 1, `latency ${at} is counted`);
    t.ok(evidence!.dose!.deliveredMin >= delayMs);
  }

  const hanging = await target.arm({ ...tcp, kind: 'hang', match: { port } });
  let isBack = false;
  const held = ask('held').then((asked) => {
    isBack = true;
    return asked;
  });
  await target.next(
    (message) => message.type === 'evidence' && message.uid === hanging && message.effects[0]!.applied > 0,
  );
  t.notOk(isBack, 'hang: no answer');
  await target.disarm(hanging);
  t.equal((await held).value, 'held', 'hang: its end lets the answer through');

  const breaking = await target.arm({ ...tcp, kind: 'abort', match: { port } });
  t.match((await ask('broken')).error, expected, 'abort');
  t.ok((await target.disarm(breaking))[0]!.applied >= 1);

  // Clients connect again in their own time.
  let after = await ask('after');
  for (let i = 0; i < 100 && after.value !== 'after'; i += 1) after = await ask('after');
  t.equal(after.value, 'after', 'nothing is left behind');
  t.equal(host.output, '', 'nothing was written');
}

t.test('pg', async (t) => {
  const url = await postgres(t);
  await isReached(t, 'tcp/pg.mjs', Number(new URL(url).port), { DATABASE_URL: url }, { code: 'ECONNRESET' });
});

t.test('ioredis', async (t) => {
  const port = await redis(t);
  if (port === undefined) return t.pass('redis-server is not installed', { skip: true });
  const env = { REDIS_URL: `redis://127.0.0.1:${port}` };
  await isReached(t, 'tcp/ioredis.mjs', port, env, { message: /ECONNRESET|max retries/ });
});

t.test('@grpc/grpc-js, client', async (t) => {
  const server = await startProgram(t, 'tcp/grpc-server.cjs');
  const port = await server.ask<number>('port');
  await isReached(t, 'tcp/grpc-client.cjs', port, { GRPC_ADDRESS: `127.0.0.1:${port}` }, { code: 14 });
});

t.test('@grpc/grpc-js, server', async (t) => {
  const { host: server, target, port } = await connectedProgram(t, 'tcp/grpc-server.cjs');
  const client = await startProgram(t, 'tcp/grpc-client.cjs', { env: { GRPC_ADDRESS: `127.0.0.1:${port}` } });
  const ask = (text: string) => client.ask<Asked>('ask', text);
  t.equal((await ask('before')).value, 'before');
  const match = { path: '/Echo/*' };
  const late = await target.arm({ direction: 'inbound', kind: 'latency', delay: `${delayMs}ms`, match });
  const slow = await ask('late');
  t.equal(slow.value, 'late');
  t.ok(slow.ms >= delayMs);
  t.match(await target.disarm(late), [{ matched: 1, applied: 1 }]);
  const failing = await target.arm({ direction: 'inbound', kind: 'error', status: 503, match });
  t.equal((await ask('failed')).error?.code, 14, 'as gRPC reads a 503');
  await target.disarm(failing);
  t.equal((await ask('after')).value, 'after');
  t.equal(server.output, '');
});
