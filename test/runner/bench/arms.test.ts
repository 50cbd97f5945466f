import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { readArm } from '../../../runner/src/bench/arms.ts';
import { armReaders } from '../../../runner/src/commands/bench-tools.ts';

const folder = await mkdtemp(join(tmpdir(), 'pado-arms-'));
t.teardown(() => rm(folder, { recursive: true, force: true }));
await writeFile(join(folder, 'mine.yaml'), 'services: {gateway: {catalog: {timeoutMs: 70}}}\n');
await writeFile(join(folder, 'wrong.yaml'), 'services: {gateway: {catalog: {timeout: 70}}}\n');
await writeFile(join(folder, 'mine.env'), 'SHOP_SLOTS=2\n');
const read = (text: string) => readArm(text, armReaders(folder));

t.test('a preset', async (t) => {
  t.match(await read('full'), { name: 'full', policies: { preset: 'full' } });
});

t.test('policies by name are added to what naive has, in every caller and server', async (t) => {
  const { name, policies } = await read('retry-budget,deadline,drop-abandoned');
  t.equal(name, 'retry-budget+deadline+drop-abandoned');
  t.match(policies.services.gateway?.catalog, {
    timeoutMs: 2_000,
    deadlineMs: 2_000,
    retry: { maxAttempts: 3, budget: { size: 10 } },
  });
  t.match(policies.services['*']?.['*'], { deadlineMs: 2_000 }, 'callers without an entry too');
  t.notOk(policies.services['*']?.['*']?.retry, 'a budget makes nobody retry who did not');
  t.match(policies.servers?.catalog, { dropAbandoned: true, liveness: 'dependencies' });
  t.match(policies.servers?.['*'], { dropAbandoned: true });
});

t.test('a file of policies, a file of variables, a command', async (t) => {
  t.match(await read('mine.yaml'), {
    name: 'mine.yaml',
    policies: { services: { gateway: { catalog: { timeoutMs: 70 } } } },
  });
  t.match(await read('mine.env'), {
    name: 'mine.env',
    environment: { SHOP_SLOTS: '2' },
    policies: { preset: 'naive' },
  });
  t.match(await read('command: node server.js --fast'), { command: ['sh', '-c', 'exec node server.js --fast'] });
});

t.test('whatever is none of these is refused with the nearest word, or the place of the mistake', async (t) => {
  await t.rejects(read('standart'), { code: 'ERR_PADO_USAGE', message: /did you mean "standard"/ });
  await t.rejects(read('deadline,retry-buget'), { code: 'ERR_PADO_USAGE', message: /did you mean "retry-budget"/ });
  await t.rejects(read('none.yaml'), { code: 'ERR_PADO_NOT_FOUND', message: /none\.yaml/ });
  await t.rejects(read('wrong.yaml'), { code: 'ERR_PADO_INVALID', message: /wrong\.yaml:1:\d+: .*timeout/ });
});
