import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import t, { type Test } from 'tap';
import type { StackFile } from '../../../runner/src/contracts.ts';
import type { ChildSpec } from '../../../runner/src/stack/child.ts';
import { lastLines } from '../../../runner/src/stack/log-tail.ts';
import { identify, isAlive } from '../../../runner/src/stack/process-table.ts';
import { readStack } from '../../../runner/src/stack/stack-file.ts';
import { ended } from '../../../runner/src/stack/stop.ts';
import { supervise } from '../../../runner/src/stack/supervise.ts';

function supervisor(t: Test) {
  const folder = t.testdir();
  const path = join(folder, 'stack.json');
  const abort = new AbortController();
  const draft = { startedAt: 'now', processes: [] } as unknown as StackFile;
  const stack = supervise({ path, draft, bound: true, signal: abort.signal, progress: () => {} });
  t.teardown(() => stack.stop());
  const program = (name: string, script: string): ChildSpec => ({
    name,
    file: process.execPath,
    args: ['-e', script],
    environment: process.env,
    cwd: folder,
    log: join(folder, `${name}.log`),
  });
  return { stack, path, abort, program };
}

const stays = 'setInterval(() => {}, 1e6)';
const ready = async () => true;

t.test('stops everything in order, once, and forgets the stack', async (t) => {
  const { stack, path, program } = supervisor(t);
  await stack.together([stack.start(program('orders', stays), ready), stack.start(program('gateway', stays), ready)]);
  t.ok(existsSync(path));
  const { processes } = stack.file;
  t.ok(processes.every(isAlive));
  await Promise.all([stack.stop(), stack.stop()]);
  t.notOk(processes.some(isAlive));
  t.notOk(existsSync(path));
});

t.test('a process that dies at start names itself and shows its last lines', async (t) => {
  const { stack, program } = supervisor(t);
  const dying = stack.start(program('payments', 'console.error("no database"); process.exit(3)'), async () => false);
  const waiting = stack.start(program('orders', stays), async () => false);
  await t.rejects(stack.together([waiting, dying]), {
    code: 'ERR_PADO_CHILD_DIED',
    message: /payments has ended \(exit code 3\).*no database/s,
  });
});

t.test('a later death rejects `died`; one during stop does not', async (t) => {
  const { stack, program } = supervisor(t);
  await stack.start(program('catalog', `console.log('goodbye'); ${stays}`), ready);
  process.kill(stack.file.processes[0]!.pid, 'SIGKILL');
  await t.rejects(stack.died, { code: 'ERR_PADO_CHILD_DIED', message: /catalog has ended \(SIGKILL\)/ });
});

t.test('a process that is kept alive is started again under a new pid, and its end is no failure', async (t) => {
  const { stack, path, program } = supervisor(t);
  await stack.start(program('cart', stays), ready);
  const spec = program('catalog', `console.log('hello'); ${stays}`);
  await stack.start(
    spec,
    async () => lastLines(spec.log).includes('hello'),
    async () => 'healthy',
  );
  const [, first] = stack.file.processes;
  stack.died.catch(() => t.fail('the stack did not end'));
  process.kill(first!.pid, 'SIGKILL');
  await until(() => stack.restarts().catalog === 1);
  const [cart, second] = stack.file.processes;
  t.match([cart, second], [{ name: 'cart' }, { name: 'catalog', restarts: 1 }], 'in its place');
  t.not(second?.pid, first?.pid);
  await until(() => lastLines(second!.log).length === 2);
  t.strictSame(lastLines(second!.log), ['hello', 'hello'], 'the log goes on');
  await until(async () => isDeepStrictEqual((await readStack(path))?.processes, stack.file.processes));
  await stack.stop();
  t.notOk(isAlive(second!));
  t.notOk(existsSync(path));
});

t.test('a stop during the back-off starts nothing', async (t) => {
  const { stack, program } = supervisor(t);
  await stack.start(program('catalog', stays), ready, async () => 'healthy');
  const [first] = stack.file.processes;
  process.kill(first!.pid, 'SIGKILL');
  t.equal(await ended(first!, 10_000), true);
  await stack.stop();
  t.strictSame(stack.restarts(), {});
});

/** The test's own timeout ends what never comes. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}

t.test('a program that cannot be started is an error, and an abort ends the waiting', async (t) => {
  const { stack, abort, program } = supervisor(t);
  const waiting = stack.start(program('slow', stays), async () => false);
  abort.abort(new Error('Ctrl-C'));
  await t.rejects(stack.together([waiting]), { message: 'Ctrl-C' });
});

t.test('children end with a runner that is killed', async (t) => {
  const script = `
    import { startChild } from '${new URL('../../../runner/src/stack/child.ts', import.meta.url)}';
    const spec = { name: 'a', file: process.execPath, args: ['-e', '${stays}'], environment: process.env, cwd: '/', log: '/dev/null' };
    console.log((await startChild(spec, { bound: true })).process.pid);`;
  const runner = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(runner.stdout.setEncoding('utf8'), 'data')) as [string];
  const child = identify(Number(line))!;
  t.ok(isAlive(child));
  runner.kill('SIGKILL');
  t.equal(await ended(child, 10_000), true);
});
