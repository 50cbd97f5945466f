import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { StackFile, StackProcess } from '../../../runner/src/contracts.ts';
import { identify, isAlive } from '../../../runner/src/stack/process-table.ts';
import { claimStack, readStack, requireStack, stateOf, writeStack } from '../../../runner/src/stack/stack-file.ts';

const me = identify(process.pid)!;
const gone = { pid: process.pid, startTicks: me.startTicks - 1 };

async function sleeper(t: Test, name: string): Promise<{ child: ChildProcess; process: StackProcess }> {
  const child = spawn('sleep', ['60']);
  await once(child, 'spawn');
  t.teardown(() => child.kill('SIGKILL'));
  return { child, process: { name, ...identify(child.pid!)!, log: '/dev/null' } };
}

const stack = (more: Partial<StackFile>): StackFile =>
  ({
    startedAt: 'then',
    urls: { gateway: 'http://127.0.0.1:1' },
    logsDirectory: '/logs',
    processes: [],
    ...more,
  }) as StackFile;

t.test('what a killed runner left is ended, and strangers with its old pids are not', async (t) => {
  const file = join(t.testdir(), '.pado/stack.json');
  const ours = await sleeper(t, 'payments');
  const stranger = await sleeper(t, 'orders');
  const reused = { ...stranger.process, startTicks: stranger.process.startTicks - 1 };
  await writeStack(file, stack({ owner: gone, processes: [ours.process, reused] }));

  const lines: string[] = [];
  const exited = once(ours.child, 'exit');
  await claimStack(file, stack({ owner: me, startedAt: 'now' }), (line) => lines.push(line));
  t.strictSame(await exited, [null, 'SIGTERM']);
  t.match(lines, ['cleaning up after a run that was killed: ending payments']);
  t.ok(isAlive(stranger.process));
  t.equal((await readStack(file))?.startedAt, 'now');
});

t.test('a second stack is refused while one is held or running', async (t) => {
  const file = join(t.testdir(), '.pado/stack.json');
  const { process: one } = await sleeper(t, 'gateway');
  const claim = () => claimStack(file, stack({ owner: me }), () => {});

  await writeStack(file, stack({ owner: me, processes: [one] }));
  await t.rejects(claim(), { code: 'ERR_PADO_CONFLICT', message: new RegExp(`held by the runner with pid ${me.pid}`) });

  await writeStack(file, stack({ processes: [one] }));
  await t.rejects(claim(), { code: 'ERR_PADO_CONFLICT', message: /"pado down" stops it/ });
  t.ok(isAlive(one));
});

t.test('of two that claim at once, one gets it', async (t) => {
  const file = join(t.testdir(), '.pado/stack.json');
  const claims = await Promise.allSettled([1, 2, 3].map(() => claimStack(file, stack({ owner: me }), () => {})));
  t.equal(claims.filter(({ status }) => status === 'fulfilled').length, 1);
});

t.test('tells held, running and stale', async (t) => {
  const { child, process: one } = await sleeper(t, 'cart');
  t.equal(stateOf(stack({ owner: me })), 'held');
  t.equal(stateOf(stack({ owner: gone, processes: [one] })), 'stale');
  t.equal(stateOf(stack({ processes: [one] })), 'running');
  child.kill('SIGKILL');
  await once(child, 'exit');
  t.equal(stateOf(stack({ processes: [one] })), 'stale');
});

t.test('a supervised stack is whole while its services are started again, and not without its database', async (t) => {
  const file = join(t.testdir(), '.pado/stack.json');
  const supervised = (name: string) => stack({ owner: me, supervised: true, processes: [{ name, ...gone, log: '' }] });
  await writeStack(file, supervised('orders'));
  t.match(await requireStack(file), { supervised: true });
  await writeStack(file, supervised('postgres'));
  await t.rejects(requireStack(file), { code: 'ERR_PADO_CHILD_DIED', message: /postgres ended/ });
});

t.test('commands that need a shop say what is missing', async (t) => {
  const file = join(t.testdir(), '.pado/stack.json');
  await t.rejects(requireStack(file), { code: 'ERR_PADO_NOT_FOUND', message: /"pado up"/ });
  await writeStack(file, stack({ processes: [{ name: 'orders', ...gone, log: '' }] }));
  await t.rejects(requireStack(file), { code: 'ERR_PADO_CHILD_DIED', message: /orders ended/ });
  t.ok(existsSync(file));
});
