import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PadoError } from '@pado/fault';
import type { LoadSummary } from '../../contracts.ts';
import { startChild } from '../../stack/child.ts';
import { isAlive, signalProcess } from '../../stack/process-table.ts';
import type { Prometheus } from '../prometheus.ts';
import { type K6Summary, readSummary, summarise } from './summary.ts';

/** k6 compiles the script and makes its virtual users before the first request; slow on a busy machine. */
const startWithinMs = 30_000;
/** After SIGINT k6 interrupts its iterations, flushes its metrics and writes the summary. */
const stopWithinMs = 8_000;

export interface LoadOptions {
  readonly k6: string;
  readonly script: string;
  /** The script's name for the journal. */
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  /** Where the log, the ledger and the summary go. */
  readonly directory: string;
  readonly prometheusUrl: string;
  readonly prometheus: Prometheus;
  /** Becomes k6's tag `testid`, which tells this run's series from another's. */
  readonly testId: string;
  readonly signal: AbortSignal;
}

export interface RunningLoad {
  /** Rejects with ERR_PADO_K6 when k6 ends before it is asked to. */
  readonly crashed: Promise<never>;
  /** Resolves when k6 has ended, by itself or asked to. @throws PadoError ERR_PADO_K6 when it left no summary */
  readonly ended: Promise<LoadResult>;
  /** Ends the load and reads what k6 summed up. Twice is once. */
  readonly stop: () => Promise<LoadResult>;
}

export interface LoadResult {
  readonly load: LoadSummary;
  readonly summary: K6Summary;
}

/** Starts k6; resolves when its first iterations are in Prometheus. @throws PadoError ERR_PADO_K6 */
export async function startLoad(options: LoadOptions): Promise<RunningLoad> {
  const { k6, script, env, directory, prometheusUrl, prometheus, testId, signal } = options;
  const summaryFile = join(directory, 'k6-summary.json');
  const log = join(directory, 'k6.log');
  const variables = Object.entries(env).flatMap(([key, value]) => ['--env', `${key}=${value}`]);
  const { process: id, ended } = await startChild(
    {
      name: 'k6',
      file: k6,
      args: [
        ...['run', '--quiet', '--no-color', '--no-usage-report', '--log-format=raw', '--tag', `testid=${testId}`],
        // Raw log lines: what the script says to the console is the ledger, one JSON document a line.
        ...[`--console-output=${join(directory, 'ledger.ndjson')}`, `--summary-export=${summaryFile}`],
        // Any free port for its API: another k6 may run beside this one.
        ...['--address=127.0.0.1:0', '--out=experimental-prometheus-rw', ...variables, script],
      ],
      environment: {
        ...process.env,
        K6_PROMETHEUS_RW_SERVER_URL: `${prometheusUrl}/api/v1/write`,
        // Without it k6 sends percentiles and rates since the start of the test, which no window can be cut from.
        K6_PROMETHEUS_RW_TREND_AS_NATIVE_HISTOGRAM: 'true',
        K6_PROMETHEUS_RW_PUSH_INTERVAL: '1s',
        GOMEMLIMIT: '200MiB',
      },
      cwd: directory,
      log,
      parentDeathSignal: 'INT',
    },
    { bound: true },
  );

  let stopping: Promise<LoadResult> | undefined;
  const crash = Promise.withResolvers<never>();
  crash.promise.catch(() => {}); // who stops the load in good order never looks
  const exitCodeOf = ({ details }: PadoError) => Number(/^exit code (\d+)$/.exec(String(details.how))?.[1] ?? -1);
  ended.then((cause) => {
    if (stopping !== undefined) return;
    const message = `the load ended before the experiment did: ${cause.message}`;
    crash.reject(new PadoError('ERR_PADO_K6', message, { cause, details: { exitCode: exitCodeOf(cause) } }));
  });
  const result = ended.then(async (how) => {
    const summary = await readSummary(summaryFile);
    return { load: summarise(options.name, summary, exitCodeOf(how)), summary };
  });
  result.catch(() => {}); // nobody may be waiting for it

  const stop = (): Promise<LoadResult> => {
    stopping ??= (async () => {
      if (isAlive(id)) signalProcess(id, 'SIGINT');
      const timer = setTimeout(() => signalProcess(id, 'SIGKILL'), stopWithinMs);
      try {
        return await result;
      } finally {
        clearTimeout(timer);
      }
    })();
    return stopping;
  };

  try {
    const startedAt = performance.now();
    const begun = async () => ((await prometheus.number(`sum(k6_iterations_total{testid="${testId}"})`)) ?? 0) > 0;
    while (!(await Promise.race([begun(), crash.promise]))) {
      if (performance.now() - startedAt > startWithinMs) {
        throw new PadoError('ERR_PADO_K6', `k6 made no iteration within ${startWithinMs / 1_000} s; see ${log}`);
      }
      await sleep(250, undefined, { signal });
    }
  } catch (error) {
    if (isAlive(id)) await stop();
    throw error;
  }
  return { crashed: crash.promise, ended: result, stop };
}
