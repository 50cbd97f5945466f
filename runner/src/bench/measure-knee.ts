import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PadoError } from '@pado/fault';
import { startChild } from '../stack/child.ts';
import { isAlive, signalProcess } from '../stack/process-table.ts';

/** As far as it matters: beyond it a machine has room for every experiment. */
const highestRate = 600;
const stepRate = 60;

export interface KneeOptions {
  readonly k6: string;
  readonly installation: string;
  /** Where the log and the result go. */
  readonly folder: string;
  readonly gatewayUrl: string;
  readonly signal: AbortSignal;
}

/** The highest rate of pages that the shop answers in time with k6 beside it. Takes about 45 s. @throws PadoError ERR_PADO_K6 */
export async function measureKnee({ k6, installation, folder, gatewayUrl, signal }: KneeOptions): Promise<number> {
  await mkdir(folder, { recursive: true });
  const result = join(folder, 'knee.json');
  const log = join(folder, 'k6.log');
  // Should k6 fail, an earlier result must not be taken for this one's.
  await rm(result, { force: true });
  const environment = {
    BASE_URL: gatewayUrl,
    JOURNEY: 'browse',
    START_RATE: String(stepRate),
    STEP_RATE: String(stepRate),
    MAX_RATE: String(highestRate),
    STEP_DURATION: '4s',
    SUMMARY_FILE: result,
  };
  const { process: id, ended } = await startChild(
    {
      name: 'k6',
      file: k6,
      args: [
        ...['run', '--quiet', '--no-color', '--no-usage-report', '--address=127.0.0.1:0'],
        ...Object.entries(environment).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
        join(installation, 'load', 'breakpoint.ts'),
      ],
      environment: { ...process.env, GOMEMLIMIT: '200MiB' },
      cwd: folder,
      log,
      parentDeathSignal: 'INT',
    },
    { bound: true },
  );
  const stop = () => signalProcess(id, 'SIGINT');
  signal.addEventListener('abort', stop, { once: true });
  try {
    await ended;
    signal.throwIfAborted();
    return await readKnee(result, log);
  } finally {
    signal.removeEventListener('abort', stop);
    if (isAlive(id)) stop();
  }
}

async function readKnee(file: string, log: string): Promise<number> {
  let knee: number | null;
  try {
    knee = (JSON.parse(await readFile(file, 'utf8')) as { readonly knee: number | null }).knee;
  } catch (cause) {
    throw new PadoError('ERR_PADO_K6', `the knee could not be measured; see ${log}`, { cause });
  }
  if (knee !== null) return knee;
  const message = `even ${stepRate} pages a second were too many for this machine as it is now: end what else runs on it, and try again`;
  throw new PadoError('ERR_PADO_K6', message);
}
