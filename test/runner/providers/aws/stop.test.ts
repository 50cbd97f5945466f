import { PadoError } from '@pado/fault';
import t from 'tap';
import type { AwsAction } from '../../../../runner/src/experiment/schema.ts';
import { awsProvider } from '../../../../runner/src/providers/aws/provider.ts';
import { type Called, type FakeInstance, fakeAws, fakeIntents } from './fake.ts';

const { signal } = new AbortController();
const tags = { app: 'shop', 'pado.dev/allow': 'true' };
const action = {
  ...{ type: 'aws', action: 'stop-instances', mode: 'all', by: { tags: { app: 'shop' } } },
  guards: { maxCount: 2, maxPercent: 100, unchecked: ['prometheus'] },
} as AwsAction;

function open(instances: FakeInstance[], fail: (called: Called) => void) {
  const { journal, states } = fakeIntents();
  const provider = awsProvider({
    connect: async () => fakeAws(instances, fail).aws,
    intents: journal,
    whereabouts: { environment: {}, read: () => undefined },
    note: () => {},
    sleep: async () => {},
  });
  return { provider, states };
}

const two = (): FakeInstance[] => ['i-1', 'i-2'].map((id) => ({ id, tags }));
const isFor = ({ input }: Called, id: string): boolean => input.InstanceIds?.includes(id) ?? false;
const no = (text: string) => new PadoError('ERR_PADO_CONFLICT', text);

t.test('a failed stop that could not be undone does not say that nothing is left half-done', async (t) => {
  let isBroken = true;
  const { provider, states } = open(two(), (called) => {
    if (called.operation === 'ec2:StopInstances' && isFor(called, 'i-2')) throw no('it is protected');
    if (called.operation === 'ec2:StartInstances' && isBroken) throw no('there is no room');
  });
  const message =
    'it is protected. i-1, i-2 could not be started again (there is no room); the end of the run tries once more, and after it "pado recover" can';
  await t.rejects(provider.act(action, signal), { code: 'ERR_PADO_CONFLICT', message });
  t.same(states, ['open']);
  isBroken = false;
  t.same(await provider.undo(), []);
  t.same(states, ['undone']);
});

t.test('a failed stop that is undone says that nothing is left half-done', async (t) => {
  const { provider, states } = open(two(), (called) => {
    if (called.operation === 'ec2:StopInstances' && isFor(called, 'i-2')) throw no('it is protected');
  });
  const message = 'it is protected. Nothing is left half-done: started i-1 again; i-2 had run anyway';
  await t.rejects(provider.act(action, signal), { code: 'ERR_PADO_CONFLICT', message });
  t.same(states, ['undone']);
});

t.test('an instance that vanishes instead of stopping fails the action, and the others run again', async (t) => {
  const instances = two();
  const { provider, states } = open(instances, ({ operation, input }) => {
    const isLook = operation === 'ec2:DescribeInstances' && input.Filters?.[0]?.Name === 'instance-id';
    if (isLook && instances.length === 2) instances.splice(1, 1);
  });
  await t.rejects(provider.act(action, signal), { code: 'ERR_PADO_PROVIDER', message: /i-2 is gone/ });
  t.same(await provider.undo(), []);
  t.same(states, ['undone']);
  t.equal(instances[0]?.state, 'running');
});
