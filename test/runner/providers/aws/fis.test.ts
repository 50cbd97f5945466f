import type { PadoError } from '@pado/fault';
import t from 'tap';
import type { AwsAction } from '../../../../runner/src/experiment/schema.ts';
import { awsError } from '../../../../runner/src/providers/aws/errors.ts';
import { awsProvider } from '../../../../runner/src/providers/aws/provider.ts';
import { fakeIntents } from './fake.ts';
import { fakeFis } from './fake-fis.ts';

const { signal } = new AbortController();
const action = { type: 'aws', action: 'start-experiment', template: 'EXT1' } as AwsAction;
const call = { operation: 'fis:StartExperiment', region: 'here', maxAttempts: 3 };

/** As the SDK throws it. */
const answered = (name: string, status: number): PadoError =>
  awsError(Object.assign(new Error('x'), { name, $metadata: { httpStatusCode: status } }), call);

function open(fis: ReturnType<typeof fakeFis>) {
  const { journal, states, data } = fakeIntents();
  const provider = awsProvider({
    connect: async () => fis.aws,
    intents: journal,
    whereabouts: { environment: {}, read: () => undefined },
    note: () => {},
    sleep: async () => {},
  });
  return { provider, states, data };
}

for (const [name, error] of [
  ['ThrottlingException, 400', answered('ThrottlingException', 400)],
  ['429', answered('Unknown', 429)],
] as const) {
  t.test(
    `a throttled start (${name}) may be obeyed all the same: what it started is looked for and stopped`,
    async (t) => {
      const fis = fakeFis({
        fail: ({ operation }, start) => {
          if (operation !== 'fis:StartExperiment') return;
          start();
          throw error;
        },
      });
      const { provider, states } = open(fis);
      await t.rejects(provider.act(action, signal), error);
      t.match(fis.experiments, [{ status: 'stopped' }]);
      t.same(states, ['undone']);
    },
  );
}

t.test('the intent of a throttled start stays open while nobody can look', async (t) => {
  let isThrottled = true;
  const fis = fakeFis({
    fail: ({ operation }) => {
      if (isThrottled && /Start|List/.test(operation)) throw answered('ThrottlingException', 400);
    },
  });
  const { provider, states } = open(fis);
  await t.rejects(provider.act(action, signal), { code: 'ERR_PADO_AWS' });
  t.same(states, ['open']);
  isThrottled = false;
  t.same(await provider.undo(), []);
  t.same(states, ['undone']);
});

t.test('a start that AWS refuses closes its intent without a look', async (t) => {
  const fis = fakeFis({
    fail: ({ operation }) => {
      if (operation === 'fis:StartExperiment') throw answered('AccessDeniedException', 403);
    },
  });
  const { provider, states } = open(fis);
  await t.rejects(provider.act(action, signal), { code: 'ERR_PADO_FORBIDDEN' });
  t.same(states, ['undone']);
  t.same(fis.calls, ['fis:GetExperimentTemplate', 'fis:StartExperiment']);
});

t.test('the intent holds the template, for whoever recovers it', async (t) => {
  const fis = fakeFis({
    fail: ({ operation }) => {
      if (operation === 'fis:StartExperiment') throw answered('AccessDeniedException', 403);
    },
  });
  const { provider, data } = open(fis);
  await t.rejects(provider.act(action, signal));
  t.match(data, [{ template: 'EXT1', region: 'here' }]);
});
