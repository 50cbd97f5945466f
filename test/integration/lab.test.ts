import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import type { Journal, StackFile, StackProcess } from '../../runner/src/contracts.ts';
import { isFree } from '../../runner/src/stack/ports.ts';
import { isAlive } from '../../runner/src/stack/process-table.ts';

const bin = fileURLToPath(new URL('../../runner/bin/pado', import.meta.url));
const project = await mkdtemp(join(tmpdir(), 'pado-lab-'));
await mkdir(join(project, '.pado'));
const stackFile = join(project, '.pado/stack.json');

interface RunningLab {
  readonly child: ChildProcessByStdio<null, null, Readable>;
  readonly stderr: () => string;
  /** Resolves when stderr has shown this. */
  readonly shows: (pattern: RegExp) => Promise<void>;
  readonly stack: () => Promise<StackFile>;
}

function startLab(): RunningLab {
  const args = [bin, 'lab', 'slow-payments', '--exit'];
  const child = spawn('sh', args, { cwd: project, stdio: ['ignore', 'ignore', 'pipe'] });
  t.teardown(() => child.kill('SIGKILL'));
  let seen = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    seen += text;
  });
  return {
    child,
    stderr: () => seen,
    async shows(pattern) {
      while (!pattern.test(seen)) await once(child.stderr, 'data');
    },
    stack: async () => JSON.parse(await readFile(stackFile, 'utf8')) as StackFile,
  };
}

async function lastJournal(): Promise<Journal> {
  const runs = join(project, '.pado/runs');
  const last = (await readdir(runs)).sort().at(-1) ?? '';
  return JSON.parse(await readFile(join(runs, last, 'journal.json'), 'utf8')) as Journal;
}

const processOf = ({ processes }: StackFile, name: string): StackProcess => processes.find((one) => one.name === name)!;

t.setTimeout(240_000);
t.teardown(() => rm(project, { recursive: true, force: true }));

t.test('SIGTERM in the middle of a run stops everything', async (t) => {
  const lab = startLab();
  await lab.shows(/steady-state: /);
  const stack = await lab.stack();
  lab.child.kill('SIGTERM');
  t.strictSame(await once(lab.child, 'close'), [143, null]);
  t.notOk(stack.processes.some(isAlive));
  const ports = [...Object.values(stack.urls), stack.prometheusUrl, stack.agent.url, stack.databaseUrl];
  t.ok((await Promise.all(ports.map((url) => isFree(Number(new URL(url).port))))).every(Boolean));
  t.notOk(existsSync(stackFile));
  t.equal((await lastJournal()).status, 'interrupted');
});

t.test('a service killed in the middle of a run ends it as an error that names it', async (t) => {
  const lab = startLab();
  await lab.shows(/steady-state: /);
  const stack = await lab.stack();
  process.kill(processOf(stack, 'payments').pid, 'SIGKILL');
  t.strictSame(await once(lab.child, 'close'), [5, null]);
  t.match(lab.stderr(), /pado: payments has ended \(SIGKILL\).*"msg":"listening".*\[ERR_PADO_CHILD_DIED\]/s);
  t.equal((await lastJournal()).pado.verdict, 'error');
  t.notOk(stack.processes.some(isAlive));
});
