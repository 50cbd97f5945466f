/** Runs one experiment by the real Chaos Toolkit and by Pado, each against a service of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Journal } from '../../../runner/src/contracts.ts';
import { startService } from './server.ts';

const path = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url));
export const fixtures = path('test/fixtures/chaostoolkit');
export const pado = path('runner/bin/pado');

/** An activity as a journal records it. */
export interface ActivityRecord {
  readonly activity: { readonly name: string; readonly type: string; readonly background?: boolean };
  readonly output: unknown;
  readonly status: string;
  readonly start: string;
  readonly end: string;
  readonly duration: number;
  readonly tolerance_met?: boolean;
  readonly exception?: readonly string[];
  readonly dry?: boolean;
}

export interface SteadyState {
  readonly steady_state_met: boolean | null;
  readonly probes: readonly ActivityRecord[];
}

/** Chaos Toolkit's journal; Pado's is one too. */
export interface ChaosJournal extends Omit<Journal, 'steady_states' | 'run' | 'rollbacks' | 'pado'> {
  readonly steady_states: {
    readonly before: SteadyState | null;
    readonly after: SteadyState | null;
    readonly during: readonly SteadyState[];
  };
  readonly run: readonly ActivityRecord[];
  readonly rollbacks: readonly ActivityRecord[];
  readonly pado?: Journal['pado'];
}

export interface Ran {
  readonly journal: ChaosJournal;
  readonly exitCode: number;
  readonly text: string;
  /** What reached the service. */
  readonly requests: readonly string[];
  /** What the control wrote down. */
  readonly calls: readonly string[];
}

type Toolkit = 'chaos' | 'pado';

export async function runWith(
  toolkit: Toolkit,
  chaos: string,
  file: string,
  options: readonly string[] = [],
): Promise<Ran> {
  const folder = await mkdtemp(join(tmpdir(), `pado-${toolkit}-`));
  const service = await startService();
  try {
    await mkdir(join(folder, '.pado'));
    const control = join(folder, 'calls');
    const environment = {
      ...process.env,
      // The Python that has chaostoolkit comes first.
      PATH: [dirname(chaos), process.env.PATH].join(delimiter),
      PYTHONPATH: join(fixtures, 'python'),
      PYTHONDONTWRITEBYTECODE: '1',
      BASE_URL: service.url,
      PADO_TEST_CONTROL: control,
      PADO_TEST_PORT: '8080',
      PADO_TEST_RATIO: '0.5',
      PADO_TEST_FLAG: 'false',
      PADO_TEST_TOKEN: 'the-token',
    };
    const journal = join(folder, 'journal.json');
    const [program, ...words] =
      toolkit === 'chaos'
        ? [chaos, '--no-version-check', 'run', '--journal-path', journal]
        : ['sh', pado, 'run', '--json'];
    const { exitCode, stdout, stderr } = await run(program!, [...words, ...options, join(fixtures, file)], {
      cwd: folder,
      env: environment,
    });
    const text = `${stdout}\n${stderr}`;
    const written = toolkit === 'chaos' ? journal : journalOf(stdout, text);
    return {
      journal: JSON.parse(await readFile(written, 'utf8')),
      exitCode,
      text,
      requests: service.requests,
      calls: (await readFile(control, 'utf8').catch(() => '')).split('\n').filter(Boolean),
    };
  } finally {
    service.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function journalOf(stdout: string, text: string): string {
  const { runs } = JSON.parse(stdout || '{}') as { runs?: readonly { journalFile: string }[] };
  if (runs?.[0]?.journalFile === undefined) throw new Error(`no journal: ${text}`);
  return runs[0].journalFile;
}

export async function run(
  file: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }> {
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode: exitCode ?? -1, ...output };
}
