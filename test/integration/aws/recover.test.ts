import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CloudWatchClient, PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import t, { type Test } from 'tap';
import { type Moto, startMoto, without } from './moto.ts';

const program = fileURLToPath(new URL('../../../runner/bin/pado', import.meta.url));

/** Stops one of the instances of an app, and waits for so many seconds. */
const experiment = (app: string, seconds: number, extension = '') => `
title: An instance stops
description: The rest goes on
method:
  - type: action
    name: stop
    provider:
      type: aws
      action: stop-instances
      by: {tags: {app: ${app}}}
      guards: {maxPercent: 100, unchecked: [prometheus]}
    pauses: {after: ${seconds}}
${extension}
`;

t.test('pado run and pado recover against moto', { skip: without }, async (t) => {
  const moto = await startMoto(t);
  t.afterEach(() => {
    moto.meddle = () => undefined;
  });
  const allow = { 'pado.dev/allow': 'true' };

  t.test('an instance that a killed run has stopped is told by the next run, and started by recover', async (t) => {
    const [id] = await moto.run({ app: 'killed', ...allow });
    const project = await projectOf(t, { 'e.yaml': experiment('killed', 300) });
    const run = start(t, moto, project, ['run', 'e.yaml']);
    await run.until(/stop: succeeded/);
    t.same(await moto.stateOf(id!), ['stopped']);

    const early = await start(t, moto, project, ['recover']).end();
    t.match(
      early,
      { code: 5, stderr: /left: stops i-.*its run \(pid \d+\) goes on/ },
      'a run that goes on is left alone',
    );
    t.same(await moto.stateOf(id!), ['stopped']);

    run.child.kill('SIGKILL');
    await run.end();
    t.same(await moto.stateOf(id!), ['stopped']);
    const next = await start(t, moto, project, ['run', 'e.yaml', '--dry', 'activities']).end();
    t.match(next.stderr, /warning: an earlier run was killed before .*stops i-.*"pado recover" undoes it/);

    const dry = await start(t, moto, project, ['recover', '--dry', '--json']).end();
    t.match(JSON.parse(dry.stdout), {
      dry: true,
      recovered: [{ outcome: 'would', text: /is stopped and would be started/ }],
    });
    t.same(await moto.stateOf(id!), ['stopped']);
    const recovered = await start(t, moto, project, ['recover']).end();
    t.match(recovered, { code: 0, stdout: /1 undone/, stderr: /started i-.* again/ });
    t.same(await moto.stateOf(id!), ['running']);
    t.match(await start(t, moto, project, ['recover']).end(), { code: 0, stdout: /nothing is left to undo/ });
  });

  t.test('a run that is killed before it has read the answer is undone too', async (t) => {
    const [id] = await moto.run({ app: 'early', ...allow });
    const project = await projectOf(t, { 'e.yaml': experiment('early', 300) });
    const run = start(t, moto, project, ['run', 'e.yaml']);
    moto.meddle = ({ name }) => {
      if (name !== 'StopInstances') return undefined;
      run.child.kill('SIGKILL');
      return 'obey and cut';
    };
    await run.end();
    while ((await moto.stateOf(id!))[0] === 'running') await sleep(50);
    t.match(await start(t, moto, project, ['recover']).end(), { code: 0, stderr: /started i-.* again/ });
    t.same(await moto.stateOf(id!), ['running']);
  });

  t.test('what recover cannot undo stays open, and is closed when the user says so', async (t) => {
    const project = await projectOf(t, {});
    await mkdir(join(project, '.pado/intents'));
    const intent = {
      ...{ id: 'x', at: '2026-01-01T00:00:00.000Z', kind: 'aws', what: 'stops i-0123456789abcdef0', undo: 'starts it' },
      data: { action: 'stop-instances', region: 'us-east-1', account: '1', ids: ['i-0123456789abcdef0'] },
      owner: { host: 'gone', pid: 1, startTicks: 1 },
      state: 'open',
    };
    const file = join(project, '.pado/intents/x.json');
    await writeFile(file, JSON.stringify(intent));
    const failed = await start(t, moto, project, ['recover']).end();
    t.match(failed, {
      code: 5,
      stderr: /failed: .*It was the account 1, in us-east-1; .*"pado recover --forget x" closes it/,
    });
    t.match(JSON.parse(await readFile(file, 'utf8')), { state: 'open' });
    t.match(await start(t, moto, project, ['recover', '--forget', 'x']).end(), { code: 0, stdout: /1 forgotten/ });
    t.match(await start(t, moto, project, ['recover', '--forget', 'x']).end(), {
      code: 2,
      stderr: /no open intent is called x/,
    });
  });

  t.test('Ctrl-C starts again what was stopped, before the run ends', async (t) => {
    const [id] = await moto.run({ app: 'interrupted', ...allow });
    const project = await projectOf(t, { 'e.yaml': experiment('interrupted', 300) });
    const run = start(t, moto, project, ['run', 'e.yaml']);
    await run.until(/stop: succeeded/);
    run.child.kill('SIGINT');
    t.match(await run.end(), { code: 130, stderr: /started i-.* again/ });
    t.same(await moto.stateOf(id!), ['running']);
  });

  t.test('an alarm as a stop condition aborts the run, and the instance runs again', async (t) => {
    const cloudwatch = new CloudWatchClient(moto.direct);
    t.teardown(() => cloudwatch.destroy());
    const set = (StateValue: 'OK' | 'ALARM') =>
      cloudwatch.send(new SetAlarmStateCommand({ AlarmName: 'errors', StateValue, StateReason: 'test' }));
    await cloudwatch.send(
      new PutMetricAlarmCommand({
        ...{ AlarmName: 'errors', Namespace: 'shop', MetricName: 'errors', Statistic: 'Sum', Period: 60 },
        ...{ EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: 'GreaterThanThreshold' },
      }),
    );
    await set('OK');
    const [id] = await moto.run({ app: 'alarm', ...allow });
    const stop = `
extensions:
  - name: pado
    stopConditions:
      - {name: no alarm, provider: {type: aws, probe: alarm-state, alarm: errors}, tolerance: OK}
`;
    const project = await projectOf(t, { 'e.yaml': experiment('alarm', 300, stop) });
    const run = start(t, moto, project, ['run', 'e.yaml']);
    await run.until(/stop: succeeded/);
    await set('ALARM');
    t.match(await run.end(), { code: 4, stderr: /no alarm.* was "ALARM"/ });
    t.same(await moto.stateOf(id!), ['running']);
  });

  t.test('--dry actions and a guard change nothing', async (t) => {
    const [id] = await moto.run({ app: 'dry' });
    const project = await projectOf(t, { 'e.yaml': experiment('dry', 0) });
    moto.calls.length = 0;
    await start(t, moto, project, ['run', 'e.yaml', '--dry', 'actions']).end();
    t.same(moto.calls, []);
    t.match(await start(t, moto, project, ['run', 'e.yaml']).end(), {
      code: 5,
      stderr: /carry no tag pado.dev\/allow/,
    });
    t.same([...new Set(moto.calls.map(({ name }) => name))], ['DescribeInstances']);
    t.same(await moto.stateOf(id!), ['running']);
    t.same(await readdir(join(project, '.pado')), ['runs']);
  });

  t.test('without credentials a run does not begin', async (t) => {
    const project = await projectOf(t, { 'e.yaml': experiment('none', 0) });
    const environment = { ...moto.environment, AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };
    const ended = await start(t, { environment }, project, ['run', 'e.yaml']).end();
    t.match(ended, { code: 5, stderr: /no AWS credentials that can be used.*ERR_PADO_UNAUTHORIZED/ });
    t.same(await readdir(join(project, '.pado')), []);
  });
});

async function projectOf(t: Test, files: Record<string, string>): Promise<string> {
  const project = t.testdir(files);
  await mkdir(join(project, '.pado'));
  return project;
}

interface Running {
  readonly child: ChildProcess;
  readonly until: (pattern: RegExp) => Promise<void>;
  readonly end: () => Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
}

function start(t: Test, { environment }: Pick<Moto, 'environment'>, cwd: string, args: readonly string[]): Running {
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (chunk) => (text[name] += chunk));
  t.teardown(async () => {
    child.kill('SIGKILL');
    await closed;
  });
  return {
    child,
    until: async (pattern) => {
      while (!pattern.test(text.stderr)) {
        if (child.exitCode !== null) throw new Error(`it ended without ${pattern}: ${text.stderr}`);
        await sleep(50);
      }
    },
    end: async () => {
      await closed;
      return { code: child.exitCode, ...text };
    },
  };
}
