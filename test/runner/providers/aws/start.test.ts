import t from 'tap';
import { startAll, startedInWords, wouldStart } from '../../../../runner/src/providers/aws/start.ts';
import { type FakeInstance, fakeAws } from './fake.ts';

const { signal } = new AbortController();
const unexpected = () => Promise.reject(new Error('it waited'));
const options = { deadlineMs: 60_000, sleep: unexpected, signal };
const stopped = (...ids: string[]): FakeInstance[] => ids.map((id) => ({ id, tags: {}, state: 'stopped' }));

t.test('an instance that AWS does not know any more keeps none of the others stopped', async (t) => {
  const { aws } = fakeAws(stopped('i-1', 'i-3'));
  const done = await startAll(aws, ['i-1', 'i-2', 'i-3'], options);
  t.same(done, { started: ['i-1', 'i-3'], running: [], gone: ['i-2'] });
  t.equal(startedInWords(done), 'started i-1, i-3 again; i-2 ended meanwhile and cannot be started');
});

t.test('one that is known and runs is enough for a missing one to be gone', async (t) => {
  const { aws, calls } = fakeAws([{ id: 'i-1', tags: {} }]);
  t.same(await startAll(aws, ['i-1', 'i-2'], options), { started: [], running: ['i-1'], gone: ['i-2'] });
  t.same(
    calls.map(({ operation }) => operation),
    ['ec2:DescribeInstances'],
  );
});

t.test('when AWS knows none of them, nothing is taken for gone', async (t) => {
  const { aws } = fakeAws(stopped('i-9'));
  const unknown = { code: 'ERR_PADO_NOT_FOUND', message: /knows none of i-1, i-2/ };
  await t.rejects(startAll(aws, ['i-1', 'i-2'], options), unknown);
  await t.rejects(wouldStart(aws, ['i-1', 'i-2'], signal), unknown);
});

t.test('the dry look tells each, also the one that is gone', async (t) => {
  const { aws } = fakeAws([...stopped('i-1'), { id: 'i-3', tags: {} }]);
  t.equal(
    await wouldStart(aws, ['i-1', 'i-2', 'i-3'], signal),
    'i-1 is stopped and would be started, i-2 is gone: nothing to do, i-3 is running: nothing to do',
  );
});

t.test('one that vanishes while it starts is not waited for', async (t) => {
  const instances = stopped('i-1', 'i-2');
  const { aws, calls } = fakeAws(instances, ({ operation }) => {
    const isStarted = calls.filter((one) => one.operation === 'ec2:StartInstances').length === 2;
    if (isStarted && operation === 'ec2:DescribeInstances') instances.splice(1, 1);
  });
  await t.rejects(startAll(aws, ['i-1', 'i-2'], options), {
    code: 'ERR_PADO_PROVIDER',
    message: 'not every instance is running: i-2 is gone',
  });
});

t.test('asks for at most 200 instances in a call, as many as a filter of EC2 takes', async (t) => {
  const ids = [...Array(450).keys()].map((n) => `i-${n}`);
  const { aws, calls } = fakeAws(ids.map((id) => ({ id, tags: {} })));
  t.match(await startAll(aws, ids, options), { running: ids });
  t.same(
    calls.map(({ input }) => input.Filters[0].Values.length),
    [200, 200, 50],
  );
});
