import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { presets } from '@pado/kit/presets';
import t, { type Test } from 'tap';
import type { StackFile, StackProcess } from '../../../runner/src/contracts.ts';
import type { ShopSettings } from '../../../runner/src/experiment/schema/shop.ts';
import { agentClient } from '../../../runner/src/stack/agent-client.ts';
import { switchPolicies } from '../../../runner/src/stack/policies.ts';
import { isFree } from '../../../runner/src/stack/ports.ts';
import { isAlive } from '../../../runner/src/stack/process-table.ts';
import { startStack } from '../../../runner/src/stack/start.ts';
import type { Stack } from '../../../runner/src/stack/supervise.ts';
import { toolsHere, until } from '../runner/stand.ts';

const installation = fileURLToPath(new URL('../../../', import.meta.url));
const project = await mkdtemp(join(tmpdir(), 'pado-settings-'));
// As root PostgreSQL runs as somebody else, whose files then lie in here too, and go with it.
await chmod(project, 0o755);
await mkdir(join(project, '.pado'));
t.setTimeout(240_000);
t.teardown(() => rm(project, { recursive: true, force: true }));

async function stackOf(t: Test, shop: ShopSettings, bound = true): Promise<Stack> {
  const signal = new AbortController().signal;
  const stack = await startStack({
    ...{ project, installation, environment: process.env, tools: await toolsHere(), ports: {}, bound, shop, signal },
    onForce: () => {},
    progress: (line) => t.comment(line),
  });
  t.teardown(() => stack.stop());
  return stack;
}

const processOf = ({ file }: Stack, name: string): StackProcess => file.processes.find((one) => one.name === name)!;

async function query({ file }: Stack, promql: string): Promise<{ metric: Record<string, string>; value: number }[]> {
  const answer = await fetch(`${file.prometheusUrl}/api/v1/query?query=${encodeURIComponent(promql)}`);
  const { data } = (await answer.json()) as {
    data: { result: { metric: Record<string, string>; value: [number, string] }[] };
  };
  return data.result.map(({ metric, value: [, value] }) => ({ metric, value: Number(value) }));
}

t.test('starts the services, replicas and settings that are asked for, and nothing else', async (t) => {
  const stack = await stackOf(t, {
    services: ['catalog', 'gateway'],
    replicas: { catalog: 2 },
    env: { gateway: { SHOP_MAX_IN_FLIGHT: 7 } },
    heapMb: { gateway: 96 },
  });
  const { file } = stack;
  const names = ['agent', 'catalog', 'catalog-2', 'gateway', 'postgres', 'prometheus'];
  t.strictSame(file.processes.map(({ name }) => name).sort(), names);
  t.strictSame(Object.keys(file.urls).sort(), ['catalog', 'gateway']);
  t.equal(file.instances.catalog?.length, 2);
  t.equal(file.urls.catalog, file.instances.catalog?.[0]);
  t.match(file, { supervised: false, settings: { replicas: { catalog: 2 } } });

  const targets = await agentClient(file.agent).targets();
  t.strictSame(targets.map(({ name, labels }) => [name, labels['pado.dev/instance']]).sort(), [
    ['catalog', 'catalog'],
    ['catalog', 'catalog-2'],
    ['gateway', 'gateway'],
  ]);

  const products = await fetch(`${file.urls.gateway}/api/v1/products?limit=1`);
  t.equal(products.status, 200, await products.text());
  const carts = await fetch(`${file.urls.gateway}/api/v1/carts`, { method: 'POST' });
  t.ok(carts.status >= 500, `a peer that is not started refuses: ${carts.status} ${await carts.text()}`);

  const up = await until(async () => {
    const rows = await query(stack, 'up == 1');
    return rows.length === 4 ? rows : undefined;
  });
  t.strictSame(up?.map(({ metric }) => `${metric.service} ${metric.instance}`).sort(), [
    'agent agent',
    'catalog catalog',
    'catalog catalog-2',
    'gateway gateway',
  ]);
  t.strictSame(
    (await query(stack, 'http_server_slots{service="gateway"}')).map(({ value }) => value),
    [7],
    'the environment of one service',
  );
  const command = (await readFile(`/proc/${processOf(stack, 'gateway').pid}/cmdline`, 'utf8')).split('\0');
  t.ok(command.includes('--max-old-space-size=96'));

  const revision = await switchPolicies(file, presets.standard, new AbortController().signal);
  for (const url of file.instances.catalog ?? []) {
    t.match(
      await (await fetch(`${url}/metrics`)).text(),
      new RegExp(`resilience_policy_info{[^}]*${revision}[^}]*} 1`),
    );
  }
  await stack.stop();
  t.notOk(file.processes.some(isAlive));
});

t.test('a supervised service that ends or hangs is started again, and Prometheus counts it', async (t) => {
  const stack = await stackOf(t, { services: ['catalog'], replicas: { catalog: 2 }, supervise: true });
  stack.died.catch((error) => t.fail('the stack did not end', { error }));
  await until(async () => (await query(stack, 'up{service="catalog"} == 1')).length === 2);
  const [killed, hung] = [processOf(stack, 'catalog-2'), processOf(stack, 'catalog')];
  process.kill(killed.pid, 'SIGKILL');
  process.kill(hung.pid, 'SIGSTOP');
  await until(async () => stack.restarts()['catalog-2'] === 1 && stack.restarts().catalog === 1);
  t.notOk(isAlive(hung), 'what does not answer is killed');

  for (const url of stack.file.instances.catalog ?? []) {
    t.ok(await until(async () => (await fetch(`${url}/readyz`)).ok), `answers again at ${url}`);
  }
  const onDisk = JSON.parse(await readFile(join(project, '.pado/stack.json'), 'utf8')) as StackFile;
  t.strictSame(onDisk.processes, stack.file.processes);
  t.not(processOf(stack, 'catalog-2').pid, killed.pid);
  const changes = await until(async () => {
    const rows = await query(stack, 'changes(process_start_time_seconds{service="catalog"}[1m])');
    return rows.length === 2 && rows.every(({ value }) => value > 0) ? rows : undefined;
  });
  t.strictSame(changes?.map(({ metric, value }) => `${metric.instance} ${value}`).sort(), ['catalog 1', 'catalog-2 1']);
  const again = await until(async () => {
    const targets = await agentClient(stack.file.agent).targets();
    return targets.filter(({ name, pid }) => name === 'catalog' && isCurrent(stack, pid)).length === 2;
  });
  t.ok(again, 'both are targets again');

  const { instances } = stack.file;
  await stack.stop();
  t.notOk(stack.file.processes.some(isAlive));
  const ports = Object.values(instances).flatMap((urls) => urls.map((url) => Number(new URL(url).port)));
  t.ok((await Promise.all(ports.map(isFree))).every(Boolean));
});

const isCurrent = ({ file }: Stack, pid: number) => file.processes.some((one) => one.pid === pid);

t.test('a stack that outlives its runner cannot be supervised', async (t) => {
  await t.rejects(stackOf(t, { supervise: true }, false), {
    code: 'ERR_PADO_USAGE',
    message: /pado bench.*Kubernetes/,
  });
});

async function pado(...args: string[]) {
  const bin = join(installation, 'runner/bin/pado');
  const child = spawn('sh', [bin, ...args], { cwd: project, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const [exitCode] = (await once(child, 'close')) as [number];
  const [stdout, stderr] = await output;
  return { exitCode, stdout, stderr };
}

t.test('up --for starts the shop of an experiment, and run tells when it is another one', async (t) => {
  t.teardown(() => pado('down'));
  const document = (shop: string) =>
    JSON.stringify({
      title: 'the catalogue answers',
      description: 'steady state only',
      configuration: { copies: 2 },
      'steady-state-hypothesis': {
        title: 'products are listed',
        probes: [
          {
            type: 'probe',
            name: 'reads a file',
            tolerance: 0,
            provider: { type: 'process', path: 'true' },
          },
        ],
      },
      method: [],
      extensions: [{ name: 'pado', shop: JSON.parse(shop) }],
    });
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference of the experiment's
  await writeFile(join(project, 'two.json'), document('{"services":["catalog"],"replicas":{"catalog":"${copies}"}}'));
  await writeFile(join(project, 'kept.json'), document('{"services":["catalog"],"supervise":true}'));

  t.match(await pado('up', '--for', 'kept.json'), { exitCode: 2, stderr: /shop\.supervise.*pado bench/ });
  t.match(await pado('up', '--var', 'copies:int=1'), { exitCode: 2, stderr: /--for FILE/ });
  const up = await pado('up', '--for', 'two.json', '--var', 'copies:int=3', '--json');
  t.equal(up.exitCode, 0, up.stderr);
  t.equal((JSON.parse(up.stdout) as StackFile).instances.catalog?.length, 3);

  t.match(await pado('up', '--for', 'two.json', '--var', 'copies:int=3'), { exitCode: 0, stdout: /running already/ });
  t.match(await pado('up', '--for', 'two.json'), { stderr: /replicas\.catalog: 3 instead of 2.*"pado down"/ });
  const run = await pado('run', 'two.json');
  t.match(run.stderr, /warning: the shop that runs.*replicas\.catalog: 3 instead of 2.*pado up --for/);
  t.notMatch((await pado('run', 'two.json', '--var', 'copies:int=3')).stderr, /warning: the shop/);
});
