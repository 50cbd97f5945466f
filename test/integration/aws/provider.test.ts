import { join } from 'node:path';
import t, { type Test } from 'tap';
import { intentJournal } from '../../../runner/src/intents/journal.ts';
import { connectAws } from '../../../runner/src/providers/aws/client.ts';
import { awsProvider } from '../../../runner/src/providers/aws/provider.ts';
import { ec2Error, type Moto, startMoto, without } from './moto.ts';

const type = 'aws';
const { signal } = new AbortController();
const allowed = { 'pado.dev/allow': 'true' };
const unchecked = ['prometheus'] as const;

t.test('against moto', { skip: without }, async (t) => {
  const moto = await startMoto(t);
  // The SDK's own default chain reads them.
  Object.assign(process.env, moto.environment);
  t.afterEach(() => {
    moto.meddle = () => undefined;
    moto.calls.length = 0;
  });

  t.test('stops by tag and zone, and starts again what it stopped', async (t) => {
    const [here] = await moto.run({ app: 'one', ...allowed }, 'us-east-1a');
    const [there] = await moto.run({ app: 'one', ...allowed }, 'us-east-1b');
    const { provider, intents } = open(t);
    const by = { tags: { app: 'one' }, zone: 'us-east-1b' };
    const { output } = await provider.act({ type, action: 'stop-instances', by, guards: { unchecked } }, signal);
    t.match(output, { instances: [there], zones: ['us-east-1b'], rollback: 'start' });
    t.same(await moto.stateOf(here!, there!), ['running', 'stopped']);
    t.match((await intents.open()).intents, [{ what: `stops ${there} in us-east-1`, data: { ids: [there] } }]);
    t.same(await provider.undo(), []);
    t.same(await moto.stateOf(here!, there!), ['running', 'running']);
    t.same((await intents.open()).intents, []);
  });

  t.test('leaves stopped what is to stay so, and starts it by an action', async (t) => {
    const [id] = await moto.run({ app: 'two', ...allowed });
    const { provider } = open(t);
    const by = { tags: { app: 'two' } };
    await provider.act({ type, action: 'stop-instances', by, rollback: 'none', guards: { unchecked } }, signal);
    t.same(await provider.undo(), []);
    t.same(await moto.stateOf(id!), ['stopped']);
    t.match(await provider.act({ type, action: 'start-instances', by }, signal), { output: { instances: [id] } });
    t.same(await moto.stateOf(id!), ['running']);
    t.match(await provider.act({ type, action: 'start-instances', by }, signal), { output: { instances: [] } });
  });

  t.test('terminates and reboots by the tags of Karpenter, counting what the run has harmed', async (t) => {
    await moto.run({ 'karpenter.sh/nodepool': 'shop', ...allowed }, 'us-east-1a', 3);
    const { provider, notes } = open(t);
    const by = { nodePool: 'shop' };
    const guards = { maxCount: 2, unchecked };
    t.match(await provider.ask({ type, probe: 'instances', by }, signal), { output: 3 });
    const ended = await provider.act({ type, action: 'terminate-instances', by, guards }, signal);
    const { instances } = ended.output as { instances: string[] };
    t.same(await moto.stateOf(...instances), ['terminated']);
    t.match(await provider.ask({ type, probe: 'instances', by }, signal), { output: 2 });
    t.match(await provider.act({ type, action: 'reboot-instances', by, guards }, signal), {
      output: { instances: [String] },
    });
    await t.rejects(provider.act({ type, action: 'terminate-instances', by, mode: 'all', guards }, signal), {
      code: 'ERR_PADO_REFUSED',
      message: /it would be 3 instances, 2 of them harmed before, and guards.maxCount is 2/,
    });
    t.match(await provider.ask({ type, probe: 'instances', by }, signal), { output: 2 });
    t.match(notes.join('\n'), /blast radius of terminate-instances in us-east-1: i-\w+ \(zone us-east-1a, node ip-/);
  });

  t.test('refuses what carries no tag, too many, and too large a share, before it changes anything', async (t) => {
    const ids = await moto.run({ app: 'three', 'own/allow': 'true' }, 'us-east-1a', 3);
    const { provider, intents } = open(t);
    const by = { tags: { app: 'three' } };
    const stop = (guards: object, mode: 'one' | 'all' = 'one') =>
      provider.act({ type, action: 'stop-instances', by, mode, guards: { unchecked, ...guards } }, signal);
    const code = 'ERR_PADO_REFUSED';
    await t.rejects(stop({}), { code, message: /carry no tag pado\.dev\/allow=true\. Give it .*create-tags/ });
    await t.rejects(stop({ allow: 'own/allow' }, 'all'), { code, message: /3 instances, and guards\.maxCount is 1/ });
    await t.rejects(stop({ allow: 'own/allow', maxCount: 3 }, 'all'), {
      code,
      message: /\(100%\), and guards\.maxPercent is 50/,
    });
    await t.rejects(stop({ allow: 'own/allow', unchecked: [] }), {
      code,
      message: /guards: \{unchecked: \[prometheus\]\}/,
    });
    await t.rejects(provider.act({ type, action: 'stop-instances', by: { tags: { app: 'x' } } }, signal), {
      code: 'ERR_PADO_NO_TARGET',
    });
    t.same(
      moto.calls.filter(({ name }) => name !== 'DescribeInstances'),
      [],
    );
    t.same(await moto.stateOf(...ids), ['running', 'running', 'running']);
    t.same((await intents.open()).intents, []);
  });

  t.test('starts again what was stopped when one of the calls fails, whatever the failure', async (t) => {
    const failures = {
      throttled: [ec2Error(503, 'RequestLimitExceeded'), 'ERR_PADO_AWS', /throttles ec2:StopInstances .* 3 attempts/],
      expired: [ec2Error(400, 'RequestExpired'), 'ERR_PADO_UNAUTHORIZED', /session has expired/],
      'expired by its token': [ec2Error(400, 'ExpiredToken'), 'ERR_PADO_UNAUTHORIZED', /session has expired/],
      'not known': [ec2Error(401, 'AuthFailure'), 'ERR_PADO_UNAUTHORIZED', /does not accept these credentials/],
      forbidden: [ec2Error(403, 'UnauthorizedOperation'), 'ERR_PADO_FORBIDDEN', /allow the action ec2:StopInstances/],
      'not found': [ec2Error(400, 'InvalidInstanceID.NotFound'), 'ERR_PADO_NOT_FOUND', /does not know it in us-east-1/],
      broken: [ec2Error(500, 'InternalError'), 'ERR_PADO_AWS', /with 500, 3 attempts long/],
      cut: ['cut', 'ERR_PADO_AWS', /does not answer ec2:StopInstances/],
      'cut after it was obeyed': ['obey and cut', 'ERR_PADO_AWS', /does not answer ec2:StopInstances/],
    } as const;
    const ids = await moto.run({ app: 'four', ...allowed }, 'us-east-1a', 2);
    for (const [name, [meddling, code, message]] of Object.entries(failures)) {
      const { provider, intents } = open(t);
      moto.calls.length = 0;
      let victim: string | undefined;
      moto.meddle = ({ name, body }) => {
        if (name !== 'StopInstances') return undefined;
        victim ??= ids.find((id) => body.includes(id));
        return body.includes(victim!) ? meddling : undefined;
      };
      const by = { tags: { app: 'four' } };
      const guards = { maxCount: 2, maxPercent: 100, unchecked };
      const failed = provider.act({ type, action: 'stop-instances', by, mode: 'all', guards }, signal);
      await t.rejects(failed, { code, message }, name);
      await t.rejects(failed, { message: /Nothing is left half-done: .*started i-.* again/ }, name);
      t.same(await moto.stateOf(...ids), ['running', 'running'], name);
      t.same((await intents.open()).intents, [], name);
      const attempts = moto.calls.filter((call) => call.name === 'StopInstances' && call.body.includes(victim!)).length;
      t.equal(attempts, code === 'ERR_PADO_AWS' ? 3 : 1, `${name}: ${attempts} attempts`);
    }
  });

  t.test('what cannot be started again stays in the journal, and the run says so', async (t) => {
    const [id] = await moto.run({ app: 'five', ...allowed }, 'us-east-1a');
    const { provider, intents } = open(t);
    const by = { tags: { app: 'five' } };
    const guards = { maxPercent: 100, unchecked };
    await provider.act({ type, action: 'stop-instances', by, guards }, signal);
    moto.meddle = ({ name }) => (name === 'StartInstances' ? ec2Error(500, 'InsufficientInstanceCapacity') : undefined);
    t.match(await provider.undo(), [/stops i-.* failed: AWS has no room for ec2:StartInstances now.*"pado recover"/]);
    t.match((await intents.open()).intents, [{ state: 'open', data: { ids: [id] } }]);
    moto.meddle = () => undefined;
    t.same(await provider.undo(), [], 'twice is safe');
    t.same(await moto.stateOf(id!), ['running']);
  });

  t.test('an interruption while it stops starts everything again', async (t) => {
    const ids = await moto.run({ app: 'six', ...allowed }, 'us-east-1a', 2);
    const { provider, notes } = open(t);
    const interrupt = new AbortController();
    moto.meddle = ({ name }) => {
      if (name === 'StopInstances') interrupt.abort(new Error('Ctrl-C'));
      return undefined;
    };
    const by = { tags: { app: 'six' } };
    const guards = { maxCount: 2, maxPercent: 100, unchecked };
    const stopping = provider.act({ type, action: 'stop-instances', by, mode: 'all', guards }, interrupt.signal);
    await t.rejects(stopping, { message: 'Ctrl-C' });
    t.same(await provider.undo(), []);
    t.same(await moto.stateOf(...ids), ['running', 'running']);
    t.match(notes.join('\n'), /stopping was cut short: /);
  });

  t.test('says what to do without region, credentials or network', async (t) => {
    const without = async (names: readonly string[], then: () => Promise<unknown>) => {
      const before = { ...process.env };
      for (const name of names) delete process.env[name];
      await then().finally(() => Object.assign(process.env, before));
    };
    await without(['AWS_REGION'], () =>
      t.rejects(connectAws(), {
        code: 'ERR_PADO_USAGE',
        message: /set AWS_REGION, or give the activity the field `region`/,
      }),
    );
    await without(['AWS_ACCESS_KEY_ID'], () =>
      t.rejects(connectAws(), { code: 'ERR_PADO_UNAUTHORIZED', message: /no AWS credentials that can be used/ }),
    );
    process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:1';
    const { provider } = open(t);
    await t.rejects(provider.ask({ type, probe: 'instances', by: { zone: 'x' } }, signal), {
      code: 'ERR_PADO_AWS',
      message: /does not answer ec2:DescribeInstances in us-east-1: .*ECONNREFUSED/,
    });
    process.env.AWS_ENDPOINT_URL = moto.url;
  });

  t.test('reads alarms and Auto Scaling groups', async (t) => {
    await makeAlarm(moto, 'errors');
    const { provider } = open(t);
    t.match(await provider.ask({ type, probe: 'alarm-state', alarm: 'errors' }, signal), { output: 'OK' });
    const missing = { code: 'ERR_PADO_NOT_FOUND', message: 'there is no alarm "error" in us-east-1' };
    await t.rejects(provider.ask({ type, probe: 'alarm-state', alarm: 'error' }, signal), missing);
    await makeGroup(moto, 'nodes');
    t.match(await provider.ask({ type, probe: 'asg-healthy', group: 'nodes' }, signal), { output: 2 });
    await t.rejects(provider.ask({ type, probe: 'asg-healthy', group: 'none' }, signal), {
      code: 'ERR_PADO_NOT_FOUND',
    });
  });
});

function open(t: Test) {
  const notes: string[] = [];
  const intents = intentJournal(join(t.testdir(), 'intents'));
  const provider = awsProvider({
    ...{ connect: connectAws, intents },
    whereabouts: { environment: {}, read: () => undefined },
    note: (_, text) => notes.push(text),
  });
  t.teardown(() => provider.close());
  return { provider, intents, notes };
}

async function makeAlarm({ direct }: Moto, name: string): Promise<void> {
  const { CloudWatchClient, PutMetricAlarmCommand, SetAlarmStateCommand } = await import('@aws-sdk/client-cloudwatch');
  const client = new CloudWatchClient(direct);
  await client.send(
    new PutMetricAlarmCommand({
      ...{ AlarmName: name, Namespace: 'shop', MetricName: 'errors', Statistic: 'Sum', Period: 60 },
      ...{ EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: 'GreaterThanThreshold' },
    }),
  );
  await client.send(new SetAlarmStateCommand({ AlarmName: name, StateValue: 'OK', StateReason: 'test' }));
  client.destroy();
}

async function makeGroup({ direct }: Moto, name: string): Promise<void> {
  const { AutoScalingClient, CreateAutoScalingGroupCommand, CreateLaunchConfigurationCommand } = await import(
    '@aws-sdk/client-auto-scaling'
  );
  const client = new AutoScalingClient(direct);
  const configuration = { LaunchConfigurationName: name, ImageId: 'ami-12c6146b', InstanceType: 't3.micro' };
  await client.send(new CreateLaunchConfigurationCommand(configuration));
  await client.send(
    new CreateAutoScalingGroupCommand({
      ...{ AutoScalingGroupName: name, LaunchConfigurationName: name, MinSize: 0, MaxSize: 3, DesiredCapacity: 2 },
      AvailabilityZones: ['us-east-1a'],
    }),
  );
  client.destroy();
}
