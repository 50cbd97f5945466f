import { closeSync, mkdirSync, openSync, readdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { findController } from '../../../../agent/injector/src/host/cgroup.ts';
import { descriptorLimit, openDescriptors } from '../../../../agent/injector/src/host/descriptors.ts';
import { cpuQuota, memoryLimit, workingSet } from '../../../../agent/injector/src/host/limits.ts';

const mebi = 2 ** 20;

/** Lays out a captured tree, and finds a controller in it. */
const within = (directory: string, files: Readonly<Record<string, string>>) => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), `${text}\n`);
  }
  return (name: string) => findController(name, join(directory, 'proc'), directory);
};

t.test('cgroup v2 in a container: the mount is the process’s own group', async (t) => {
  const find = within(t.testdir(), {
    'proc/cgroup': '0::/',
    'proc/mountinfo': '1030 1024 0:29 / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw',
    'sys/fs/cgroup/memory.max': String(256 * mebi),
    'sys/fs/cgroup/memory.current': String(100 * mebi),
    'sys/fs/cgroup/memory.stat': `anon 1\ninactive_file ${30 * mebi}\nactive_file 2`,
    'sys/fs/cgroup/cpu.max': '50000 100000',
  });
  t.equal(memoryLimit(find('memory')), 256 * mebi);
  t.equal(workingSet(find('memory')), 70 * mebi);
  t.equal(cpuQuota(find('cpu')), 0.5);
});

t.test('cgroup v2 on a host: the tightest of the ancestors counts', async (t) => {
  const find = within(t.testdir(), {
    'proc/cgroup': '0::/system.slice/shop.service',
    'proc/mountinfo': '35 24 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate',
    'sys/fs/cgroup/system.slice/memory.max': String(512 * mebi),
    'sys/fs/cgroup/system.slice/cpu.max': 'max 100000',
    'sys/fs/cgroup/system.slice/shop.service/memory.max': 'max',
    'sys/fs/cgroup/system.slice/shop.service/cpu.max': '25000 100000',
  });
  t.equal(memoryLimit(find('memory')), 512 * mebi);
  t.equal(cpuQuota(find('cpu')), 0.25);
});

t.test('cgroup v1 in a container: the path is the host’s, and so is the mount’s root', async (t) => {
  const path = '/kubepods/burstable/pod1/abc';
  const find = within(t.testdir(), {
    'proc/cgroup': `4:memory:${path}\n1:cpu,cpuacct:${path}\n0::/`,
    'proc/mountinfo': [
      `50 40 0:32 ${path} /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory`,
      `51 40 0:33 ${path} /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct`,
      '52 40 0:34 / /sys/fs/cgroup/unified ro - cgroup2 cgroup2 rw',
    ].join('\n'),
    'sys/fs/cgroup/memory/memory.limit_in_bytes': String(128 * mebi),
    'sys/fs/cgroup/memory/memory.usage_in_bytes': String(90 * mebi),
    'sys/fs/cgroup/memory/memory.stat': `inactive_file 1\ntotal_inactive_file ${20 * mebi}`,
    'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '50000',
    'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000',
  });
  t.equal(memoryLimit(find('memory')), 128 * mebi);
  t.equal(workingSet(find('memory')), 70 * mebi);
  t.equal(cpuQuota(find('cpu')), 0.5);
});

t.test('cgroup v1 without limits says so by a huge number and by -1', async (t) => {
  const find = within(t.testdir(), {
    'proc/cgroup': '4:memory:/a\n1:cpu:/',
    'proc/mountinfo':
      '50 40 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n51 40 0:33 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu',
    'sys/fs/cgroup/memory/a/memory.limit_in_bytes': '9223372036854771712',
    'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1',
    'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000',
  });
  t.equal(memoryLimit(find('memory')), undefined);
  t.equal(cpuQuota(find('cpu')), os.availableParallelism());
});

t.test('without cgroups there is no limit, and the quota is the cores', async (t) => {
  const find = within(t.testdir(), { 'proc/mountinfo': '', 'proc/cgroup': '' });
  t.equal(find('memory'), undefined);
  t.equal(cpuQuota(find('cpu')), os.availableParallelism());
});

const trees = fileURLToPath(new URL('../../../fixtures/cgroup', import.meta.url));
const none = { limit: undefined, cores: os.availableParallelism() };
const cores = (quota: number) => Math.min(quota, os.availableParallelism());

t.test('the trees of real containers; see test/fixtures/cgroup/README.md', async (t) => {
  const expected: Readonly<Record<string, { limit: number | undefined; set: number; cores: number }>> = {
    'v2-pod': { limit: 256 * mebi, set: 163_840_000 - 41_943_040, cores: 0.5 },
    'v2-pod-host-namespace': { limit: 256 * mebi, set: 163_840_000 - 41_943_040, cores: 0.5 },
    'v2-pod-nested-group': { limit: 128 * mebi, set: 100_000_000, cores: 0.25 },
    'v2-sibling-container': { limit: 256 * mebi, set: 163_840_000 - 41_943_040, cores: 0.5 },
    'v2-pod-unlimited': { ...none, set: 163_840_000 - 41_943_040 },
    'v2-host': { limit: 1_024 * mebi, set: 163_840_000 - 41_943_040, cores: cores(1.5) },
    'v1-pod': { limit: 256 * mebi, set: 163_840_000 - 41_943_040, cores: 0.5 },
  };
  const names = readdirSync(trees, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  t.same(names.map(({ name }) => name).sort(), Object.keys(expected).sort(), 'no tree is left out');
  for (const [name, { limit, set, cores }] of Object.entries(expected)) {
    const find = (controller: string) => findController(controller, join(trees, name, 'proc'), join(trees, name));
    t.equal(find('memory')?.version, name.startsWith('v1') ? 1 : 2, name);
    t.equal(memoryLimit(find('memory')), limit, `${name}: memory limit`);
    t.equal(workingSet(find('memory')), set, `${name}: working set`);
    t.equal(cpuQuota(find('cpu')), cores, `${name}: CPU quota`);
  }
});

t.test('the soft limit of descriptors', async (t) => {
  t.equal(
    descriptorLimit('Max processes   1 2 processes\nMax open files            1024                 524288  files'),
    1_024,
  );
  t.equal(
    descriptorLimit('Max open files            unlimited            unlimited            files'),
    Number.POSITIVE_INFINITY,
  );
  t.equal(descriptorLimit(''), Number.POSITIVE_INFINITY);
  const before = openDescriptors();
  const file = openSync('/dev/null', 'r');
  t.equal(openDescriptors(), before + 1);
  closeSync(file);
});
