import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import t from 'tap';
import { type StackFile, services } from '../../runner/src/contracts.ts';
import { isFree } from '../../runner/src/stack/ports.ts';
import { isAlive } from '../../runner/src/stack/process-table.ts';
import { ended } from '../../runner/src/stack/stop.ts';

const bin = fileURLToPath(new URL('../../runner/bin/pado', import.meta.url));
const project = await mkdtemp(join(tmpdir(), 'pado-stack-'));
await mkdir(join(project, '.pado'));

async function pado(...args: string[]) {
  const child = spawn('sh', [bin, ...args], { cwd: project, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const [exitCode] = (await once(child, 'close')) as [number];
  const [stdout, stderr] = await output;
  return { exitCode, stdout, stderr };
}

const stackFile = join(project, '.pado/stack.json');
const readStack = async () => JSON.parse(await readFile(stackFile, 'utf8')) as StackFile;
const portsOf = ({ urls, prometheusUrl, agent, databaseUrl }: StackFile): number[] =>
  [...Object.values(urls), prometheusUrl, agent.url, databaseUrl].map((url) => Number(new URL(url).port));

t.setTimeout(240_000);
t.teardown(async () => {
  await pado('down');
  await rm(project, { recursive: true, force: true });
});

t.test('up starts everything; status, policies and faults see it; down leaves nothing', async (t) => {
  const up = await pado('up', '--json');
  t.equal(up.exitCode, 0, up.stderr);
  const stack = JSON.parse(up.stdout) as StackFile;
  t.strictSame(stack, await readStack());
  t.strictSame(stack.processes.map(({ name }) => name).sort(), [...services, 'agent', 'postgres', 'prometheus'].sort());
  t.ok(stack.processes.every(isAlive));

  const products = await fetch(`${stack.urls.gateway}/api/v1/products?limit=1`);
  t.equal(products.status, 200);
  await products.body?.cancel();
  const query = encodeURIComponent('count(up == 1)');
  let scraped = 0;
  while (scraped < services.length + 1) {
    const answer = await fetch(`${stack.prometheusUrl}/api/v1/query?query=${query}`);
    const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
    scraped = Number(data.result[0]?.value[1] ?? 0);
  }
  t.equal(scraped, services.length + 1, 'Prometheus scrapes all services and the agent');

  const again = await pado('up');
  t.match(again, { exitCode: 0, stdout: /running already/ });

  const set = await pado('policy', 'set', 'standard', '--json');
  t.equal(set.exitCode, 0, set.stderr);
  t.match(JSON.parse((await pado('policy', 'get', '--json')).stdout), JSON.parse(set.stdout));

  const status = JSON.parse((await pado('status', '--json')).stdout);
  t.match(status, { state: 'running', policies: { preset: 'standard' }, faults: [] });
  t.strictSame(status.targets.map(({ name }: { name: string }) => name).sort(), [...services].sort());
  const resident = status.processes.reduce((sum: number, one: { residentBytes: number }) => sum + one.residentBytes, 0);
  t.ok(resident < 1.35 * 2 ** 30, `${Math.round(resident / 2 ** 20)} MiB of 1.5 GiB leave room for k6 and the runner`);

  t.equal((await pado('down')).exitCode, 0);
  t.notOk(stack.processes.some(isAlive));
  t.ok((await Promise.all(portsOf(stack).map(isFree))).every(Boolean));
  t.notOk(existsSync(stackFile));
  t.match(await pado('down'), { exitCode: 0, stdout: /nothing is running/ });
});

t.test('orders survive a kill -9 of PostgreSQL, and what is left of the stack is cleaned up', async (t) => {
  t.equal((await pado('up')).exitCode, 0);
  const first = await readStack();
  const postgres = first.processes.find(({ name }) => name === 'postgres')!;
  const client = new Client(first.databaseUrl);
  client.on('error', () => {}); // the kill
  await client.connect();
  await client.query('CREATE TABLE kept AS SELECT 42 AS answer');
  process.kill(postgres.pid, 'SIGKILL');
  t.equal(await ended(postgres, 5_000), true);
  t.match(await pado('policy', 'set', 'standard'), { exitCode: 5, stderr: /postgres ended/ });

  const up = await pado('up');
  t.equal(up.exitCode, 0, up.stderr);
  t.match(up.stderr, /cleaning up after a run that was killed: ending .*gateway/);
  t.notOk(first.processes.some(isAlive));
  const second = new Client((await readStack()).databaseUrl);
  await second.connect();
  t.strictSame((await second.query('SELECT answer FROM kept')).rows, [{ answer: 42 }]);
  await second.end();
});

t.test('a service that dies at start shows its last lines, and nothing is left', async (t) => {
  t.equal((await pado('down')).exitCode, 0);
  const child = spawn('sh', [bin, 'up'], {
    cwd: project,
    env: { ...process.env, SHOP_MAX_IN_FLIGHT: 'many' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const stderr = text(child.stderr);
  t.strictSame(await once(child, 'close'), [5, null]);
  t.match(await stderr, /gateway has ended \(exit code 2\).*SHOP_MAX_IN_FLIGHT: "many" is not.*ERR_PADO_CHILD_DIED/s);
  t.notOk(existsSync(stackFile));
});

t.test('Ctrl-C while starting stops everything', async (t) => {
  const child = spawn('sh', [bin, 'up'], { cwd: project, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  for await (const chunk of child.stderr.setEncoding('utf8')) {
    stderr += chunk;
    if (/postgres is ready/.test(stderr)) break;
  }
  const { processes } = await readStack();
  child.kill('SIGINT');
  t.strictSame(await once(child, 'close'), [130, null]);
  t.notOk(processes.some(isAlive));
  t.notOk(existsSync(stackFile));
});
