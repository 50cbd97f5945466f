import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const bin = fileURLToPath(new URL('../../../runner/bin/pado', import.meta.url));
const fault = (more: string) => `apiVersion: pado.dev/v1alpha1
kind: Fault
metadata: {name: slow}
spec:
  target: {selector: {matchLabels: {app.kubernetes.io/name: web}}}
  ttl: 60s
  ${more}
`;
const cwd = t.testdir({
  // Of an agent that has been killed; without it, one of the checkout would be found.
  '.pado': { 'agent.json': '{"url":"http://127.0.0.1:1","tokenFile":"none","pid":1}' },
  'slow.yaml': fault('effects: [{kind: latency, layer: http, direction: inbound, delay: 300ms}]'),
  'wrong.yaml': `# a comment\n---\n${fault('effects: [{kind: latency, layer: http, direction: inbound, delay: 3x}]')}`,
  'app.mjs': `import { createServer } from 'node:http';
const server = createServer((_, res) => res.end('hello')).listen(0, '127.0.0.1', () => console.log(server.address().port));`,
});

function start(...args: string[]): ChildProcessByStdio<null, Readable, Readable> {
  return spawn('sh', [bin, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function pado(...args: string[]) {
  const child = start(...args);
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const [exitCode] = (await once(child, 'close')) as [number];
  const [stdout, stderr] = await output;
  return { exitCode, stdout, stderr };
}

async function untilStatus(fits: (status: { targets?: { name: string }[] }) => boolean): Promise<void> {
  while (!fits(JSON.parse((await pado('status', '--json')).stdout))) await sleep(100);
}

t.test('an agent alone, any program, a fault: applied, listed, cleared', async (t) => {
  t.match(await pado('fault', 'list'), { exitCode: 5, stderr: /no agent answers at .*ERR_PADO_AGENT_UNREACHABLE/ });

  const agent = start('agent');
  t.teardown(() => agent.kill('SIGKILL'));
  await untilStatus(({ targets }) => targets !== undefined);
  t.match(await pado('agent'), { exitCode: 5, stderr: /an agent is running here already/ });

  const app = start('exec', '--name', 'web', '--', process.execPath, 'app.mjs');
  t.teardown(() => app.kill('SIGTERM'));
  const [port] = (await once(app.stdout.setEncoding('utf8'), 'data')) as [string];
  await untilStatus(({ targets }) => targets?.some(({ name }) => name === 'web') === true);

  const applied = await pado('fault', 'apply', '-f', 'slow.yaml');
  t.match(applied, { exitCode: 0, stdout: /slow: armed in web \(pid \d+\) for at most 60s/ });
  const before = performance.now();
  await (await fetch(`http://127.0.0.1:${port.trim()}/`)).text();
  t.ok(performance.now() - before >= 300, 'the answer is late');

  let evidence: { applied: number; dose?: { requestedSum: number; deliveredMin: number } } | undefined;
  while (evidence?.dose === undefined) {
    const { items } = JSON.parse((await pado('fault', 'list', '--json')).stdout);
    evidence = items[0].evidence[0];
  }
  t.equal(evidence.applied, 1);
  t.equal(evidence.dose.requestedSum, 300);
  t.ok(evidence.dose.deliveredMin >= 300, 'and never early');
  t.match((await pado('fault', 'list')).stdout, /slow +Injected +latency +web .* 1 of 1 +300ms/);

  t.match(await pado('fault', 'clear'), { exitCode: 0, stdout: /cleared slow/ });
  t.match(await pado('fault', 'list'), { exitCode: 0, stdout: /faults: none/ });

  agent.kill('SIGTERM');
  await once(agent, 'close');
});

t.test('a mistake in a file is told by its line', async (t) => {
  const { exitCode, stderr } = await pado('fault', 'apply', '-f', 'wrong.yaml');
  t.equal(exitCode, 2);
  t.match(stderr, /^pado: wrong\.yaml:9:\d+: `delay` is "3x"/);
  t.match(await pado('validate', 'wrong.yaml'), { exitCode: 2, stderr: /wrong\.yaml:9:/ });
  t.match(await pado('validate', 'slow.yaml'), { exitCode: 0, stdout: /slow\.yaml: a valid fault/ });
  t.match(await pado('fault', 'apply', '-f', 'none.yaml'), { exitCode: 2, stderr: /there is no file none\.yaml/ });
});
