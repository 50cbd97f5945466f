import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { watchMachine } from '../../../runner/src/bench/spoilers.ts';

/** A /proc of our own, whose files say what a test wants. */
async function machine(t: Test, cgroup: 1 | 2 = 2) {
  const procfs = t.testdir();
  const controller = join(procfs, 'cgroup');
  const own = join(controller, 'pod');
  for (const folder of ['self', '41', '42', '43']) await mkdir(join(procfs, folder), { recursive: true });
  await mkdir(own, { recursive: true });
  const [type, options, line] =
    cgroup === 1 ? ['cgroup', 'rw,cpu,cpuacct', '4:cpu,cpuacct:/pod'] : ['cgroup2', 'rw', '0::/pod'];
  await writeFile(join(procfs, 'self/mountinfo'), `30 20 0:26 / ${controller} rw - ${type} cgroup ${options}\n`);
  await writeFile(join(procfs, 'self/cgroup'), `1:name=systemd:/elsewhere\n${line}\n`);
  const commands = { 41: ['sh', '-c', 'k6'], 42: ['k6', 'run', '--tag', 'testid=run-1'], 43: ['k6', 'testid=run-10'] };
  for (const [pid, words] of Object.entries(commands))
    await writeFile(join(procfs, pid, 'cmdline'), `${words.join('\0')}\0`);
  const state = { nowMs: 0 };
  const at = async (seconds: number, { busy = 0, k6 = 0, throttled = 0, above = 0 }) => {
    state.nowMs = seconds * 1_000;
    // Two cores of 100 ticks a second; a tenth of what is idle waits for a disk.
    const idle = 200 * seconds - busy;
    await writeFile(join(procfs, 'stat'), `cpu  ${busy} 0 0 ${0.9 * idle} ${0.1 * idle} 0 0 0 7 0\ncpu0 1 2 3 4\n`);
    const fields = (ticks: number) => `42 (k6 (a) b) S ${'0 '.repeat(10)}${ticks} ${ticks} 0 0`;
    await writeFile(join(procfs, '42/stat'), fields(k6 / 2));
    await writeFile(join(procfs, '43/stat'), fields(100 * seconds));
    await writeFile(join(own, 'cpu.stat'), `nr_periods 9\nnr_throttled ${throttled}\n`);
    await writeFile(join(controller, 'cpu.stat'), `nr_throttled ${above}\n`);
  };
  await at(0, {});
  const watch = (testId: Parameters<typeof watchMachine>[0]['testId'] = 'run-1') => {
    const watched = watchMachine({ testId, procfs, intervalMs: 2 ** 31 - 1, clock: () => state.nowMs });
    t.teardown(watched.stop);
    return watched;
  };
  return { at, watch };
}

t.test('tells the cores that the load took, found by its tag', async (t) => {
  const { at, watch } = await machine(t);
  const watched = watch();
  await at(20, { k6: 600 });
  t.equal(watched.stop().k6Cores, 0.3);
});

t.test('a load whose tag is known later is counted from then on', async (t) => {
  const { at, watch } = await machine(t);
  let id: string | undefined;
  const watched = watch(() => id);
  await at(10, { k6: 100 });
  id = 'run-1';
  watched.look();
  await at(20, { k6: 700 });
  t.equal(watched.stop().k6Cores, 0.6);
});

t.test('the machine is as busy as in its worst ten seconds, waiting for disks aside', async (t) => {
  const { at, watch } = await machine(t);
  const watched = watch();
  for (let second = 1; second <= 40; second++) {
    // From 10 to 20 both cores are busy for 80%, else for 20%.
    const busy = 40 * second + 120 * Math.min(10, Math.max(0, second - 10));
    await at(second, { busy });
    watched.look();
  }
  t.equal(watched.stop().hostBusy.toFixed(6), '0.800000');
});

t.test('less than ten seconds are no worst ten', async (t) => {
  const { at, watch } = await machine(t);
  const watched = watch();
  await at(9, { busy: 1_800 });
  t.equal(watched.stop().hostBusy, 0);
});

for (const version of [1, 2] as const)
  t.test(`throttling is seen under cgroup v${version}, in our group and above it`, async (t) => {
    const { at, watch } = await machine(t, version);
    await at(0, { throttled: 5 });
    const watched = watch();
    await at(1, { throttled: 5 });
    watched.look();
    t.equal(watch().stop().throttled, 0);
    await at(2, { throttled: 5, above: 12 });
    t.equal(watched.stop().throttled, 7);
  });

t.test('stopped twice it tells the same', async (t) => {
  const { at, watch } = await machine(t);
  const watched = watch();
  await at(10, { k6: 100 });
  const first = watched.stop();
  await at(20, { k6: 2_000 });
  t.strictSame(watched.stop(), first);
});

t.test('where there is no /proc nothing is claimed', async (t) => {
  const watched = watchMachine({ testId: 'x', procfs: join(t.testdir(), 'none') });
  t.strictSame(watched.stop(), { k6Cores: 0, hostBusy: 0, throttled: 0 });
});

t.test('on this machine looking costs little and fails nowhere', async (t) => {
  const watched = watchMachine({ testId: 'nobody' });
  watched.look();
  t.match(watched.stop(), { k6Cores: 0, throttled: Number });
});
