import { randomBytes } from 'node:crypto';
import t from 'tap';
import { type KubeApi, KubeError } from '../../../../../agent/daemon/src/kubernetes/api/kube-api.ts';
import { createIdentities } from '../../../../../agent/daemon/src/kubernetes/identity/identity.ts';
import { handClocks } from '../tls/clocks.ts';
import { reviewOf, tokenLike } from './tokens.ts';

interface Review {
  readonly spec: { readonly token: string; readonly audiences: readonly string[] };
}

/** An API server that knows some tokens, and that tests may make fail or fall silent. */
function setup() {
  const clock = handClocks();
  const known = new Map<string, object>();
  const server = { calls: 0, atOnce: 0, maxAtOnce: 0, failure: undefined as KubeError | undefined, isSilent: false };
  const api: KubeApi = {
    request: async <T>(_method: string, _path: string, options?: { readonly body?: unknown }) => {
      server.calls += 1;
      server.atOnce += 1;
      server.maxAtOnce = Math.max(server.maxAtOnce, server.atOnce);
      await new Promise(setImmediate);
      server.atOnce -= 1;
      if (server.isSilent) await new Promise(() => {});
      if (server.failure) throw server.failure;
      const { spec } = (options?.body ?? {}) as Review;
      return { status: known.get(spec.token) ?? { error: 'invalid bearer token' } } as T;
    },
    watch: () => Promise.reject(new Error('not faked')),
    serverNow: () => undefined,
    close: () => {},
  };
  const logs: string[] = [];
  const identities = createIdentities({
    api,
    audience: 'pado',
    clock,
    log: (_level, message, fields) => logs.push(`${message} ${JSON.stringify(fields ?? {})}`),
    patience: () => (server.isSilent ? Promise.resolve() : new Promise(() => {})),
  });
  const issue = (pod: string, lifeMs = 3_600_000): string => {
    const token = tokenLike({ exp: Math.floor((clock.wallNow() + lifeMs) / 1_000) });
    known.set(token, reviewOf(pod));
    return token;
  };
  /** The pod's name, or the refusal's status. */
  const ask = async (token: string): Promise<string | number> =>
    identities.review(token).then(
      ({ pod }) => pod,
      ({ status, message }) => {
        if (token.length > 10 && message.includes(token)) throw new Error('the message holds the token');
        return status;
      },
    );
  return { clock, known, server, logs, issue, ask, ...identities };
}

const unreachable = new KubeError(0, 'Timeout', 'no answer');

t.test('each token is its own pod, whatever another one says', async (t) => {
  const { ask, issue } = setup();
  const [one, two] = [issue('orders-1'), issue('orders-2')];
  t.equal(await ask(one), 'orders-1');
  t.equal(await ask(two), 'orders-2');
  t.equal(await ask(one), 'orders-1');
});

t.test('an answer is believed for a minute, a refusal for five seconds', async (t) => {
  const { ask, clock, issue, known, server } = setup();
  const token = issue('orders-1');
  await Promise.all([ask(token), ask(token), ask(token)]);
  clock.advance(59_999);
  await ask(token);
  t.equal(server.calls, 1, 'who asks at the same time shares the answer');
  clock.advance(1);
  known.delete(token);
  t.equal(await ask(token), 401, 'its pod was deleted');
  t.equal(server.calls, 2);
  clock.advance(4_999);
  t.equal(await ask(token), 401);
  t.equal(server.calls, 2);
  clock.advance(1);
  await ask(token);
  t.equal(server.calls, 3);
});

t.test("an answer is never believed beyond the token's own end", async (t) => {
  const { ask, clock, issue, known, server } = setup();
  const token = issue('orders-1', 30_000);
  t.equal(await ask(token), 'orders-1');
  clock.advance(30_000);
  known.set(token, { error: 'service account token has expired' });
  t.equal(await ask(token), 401);
  server.failure = unreachable;
  const other = tokenLike();
  known.set(other, reviewOf());
  server.failure = undefined;
  t.equal(await ask(other), 'orders-1');
  const { calls } = server;
  await ask(other);
  t.equal(server.calls, calls + 1, 'one that tells no end is asked about each time');
});

t.test('what cannot be a token is refused unseen', async (t) => {
  const { ask, server } = setup();
  const part = (text: string) => Buffer.from(text).toString('base64url');
  const garbage = [
    '',
    'garbage',
    'a.b.c',
    'a.b',
    '..',
    `${part('{}')}.${part('{}')}`,
    `${part('{}')}.${part('{}')}.`,
    `${part('{}')}.${part('[]')}.x`,
    `${part('{}')}.${part('null')}.x`,
    `${part('1')}.${part('{}')}.x`,
    `${part('{}')}.${part('{"exp":')}.x`,
    `${part('{}')}.${part('{}')}.x.x`,
    `${part('{}')}.${part('{}')}.x\n`,
    randomBytes(1 << 20).toString('base64url'),
    `${part('{}')}.${part('{}')}.${'x'.repeat(8_192)}`,
    `${part('{}')}.${part(`{"x":"${'x'.repeat(1 << 20)}"}`)}.x`,
  ];
  for (const token of garbage) t.equal(await ask(token), 401, token.slice(0, 40));
  t.equal(server.calls, 0);
});

t.test('a storm of 10,000 false tokens leads to few reviews, and those that are known go on', async (t) => {
  const { ask, clock, issue, server } = setup();
  const token = issue('orders-1');
  await ask(token);
  const answers = await Promise.all(Array.from({ length: 10_000 }, () => ask(tokenLike())));
  t.ok(server.calls <= 401, `${server.calls} reviews`);
  t.ok(server.maxAtOnce <= 4, `${server.maxAtOnce} at once`);
  t.same([...new Set(answers)].sort(), [401, 503]);
  t.equal(await ask(token), 'orders-1');
  clock.advance(60_000);
  const before = server.calls;
  for (let second = 0; second < 10; second += 1) {
    for (let n = 0; n < 500; n += 1) await ask(tokenLike());
    clock.advance(1_000);
  }
  t.ok(server.calls - before <= 400 + 50 * 10, `${server.calls - before} reviews in ten seconds of it`);
});

t.test('250 injectors that come back at once are all let in', async (t) => {
  const { ask, issue } = setup();
  const tokens = Array.from({ length: 250 }, (_, n) => issue(`pod-${n}`));
  t.same(
    await Promise.all(tokens.map(ask)),
    Array.from({ length: 250 }, (_, n) => `pod-${n}`),
  );
});

t.test('without the API server, only those that it has accepted before are let in', async (t) => {
  const { ask, clock, issue, logs, server, review } = setup();
  const [known, short, unknown] = [issue('orders-1', 7_200_000), issue('orders-2', 600_000), issue('orders-3')];
  await Promise.all([ask(known), ask(short)]);
  clock.advance(120_000);
  server.failure = unreachable;
  t.equal(await ask(known), 'orders-1');
  t.equal(await ask(short), 'orders-2');
  t.equal(await ask(unknown), 503);
  await t.rejects(review(unknown), { code: 'ERR_PADO_NOT_READY', retryAfterSeconds: 1 } as never);
  t.equal(logs.filter((line) => line.startsWith('tokens cannot be checked')).length, 1, 'told once');
  clock.advance(480_000);
  t.equal(await ask(short), 503, 'its own end has come');
  t.equal(await ask(known), 'orders-1');
  clock.advance(3_000_000);
  t.equal(await ask(known), 503, 'an hour after the last answer, though its end is later');
  server.failure = undefined;
  t.equal(await ask(known), 'orders-1');
  t.equal(logs.at(-1)?.startsWith('tokens can be checked again'), true);
});

t.test('an API server that says nothing does not keep a known pod waiting', async (t) => {
  const { ask, clock, issue, server } = setup();
  const token = issue('orders-1');
  await ask(token);
  clock.advance(60_000);
  server.isSilent = true;
  t.equal(await ask(token), 'orders-1');
});

t.test('a definite answer ends it, known or not', async (t) => {
  const { ask, clock, issue, known, server } = setup();
  const token = issue('orders-1');
  await ask(token);
  clock.advance(60_000);
  server.failure = new KubeError(403, 'Forbidden', 'tokenreviews is forbidden');
  t.equal(await ask(token), 503, 'this agent may not ask');
  server.failure = undefined;
  known.delete(token);
  t.equal(await ask(token), 401);
  server.failure = unreachable;
  clock.advance(5_000);
  t.equal(await ask(token), 503, 'refused once, it is unknown');
});
