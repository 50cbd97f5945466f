import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isPadoError, PadoError } from '@pado/fault';
import { slug } from '../../journal/run-directory.ts';
import type { LoadOptions, LoadResult, RunningLoad } from '../../providers/k6/load.ts';
import { type K6Summary, summarise } from '../../providers/k6/summary.ts';
import type { KubeClient } from '../client.ts';
import type { List, Pod } from '../objects.ts';
import { paths } from '../paths.ts';
import { type FollowedLog, followLog } from './log.ts';
import { loadJob, summaryMark } from './manifest.ts';
import { bundleScript } from './script.ts';

/** An image may have to be pulled first. */
const startWithinMs = 180_000;
const iterateWithinMs = 30_000;
/** The grace of the pod, and time for the kubelet to act. */
const stopWithinMs = 30_000;
const lookEveryMs = 500;

export interface LoadJobOptions extends Omit<LoadOptions, 'k6'> {
  readonly client: KubeClient;
  readonly image: string;
  readonly note: (text: string) => void;
}

/** Runs k6 as a Job beside the shop; resolves when its first iterations are in Prometheus. @throws PadoError ERR_PADO_K6 */
export async function startLoadJob(options: LoadJobOptions): Promise<RunningLoad> {
  const { client, image, script, env, directory, prometheusUrl, prometheus, testId, signal, note } = options;
  const { namespace } = client;
  const name = `pado-load-${slug(testId)}`.slice(0, 63).replace(/-+$/, '');
  const manifest = loadJob({ name, image, script: await bundleScript(script), env, prometheusUrl, testId });
  await client.request('POST', paths.jobs(namespace), { body: manifest });
  const remove = () =>
    client
      .request('DELETE', paths.jobs(namespace, name), { query: { propagationPolicy: 'Background' } })
      .catch((error) => {
        if (isPadoError(error) && error.code === 'ERR_PADO_NOT_FOUND') return;
        note(`the Job ${name} could not be deleted, and ends by its deadline: ${(error as Error).message}`);
      });
  const following = new AbortController();
  const end = async (): Promise<void> => {
    following.abort();
    await remove();
  };

  let log: FollowedLog;
  try {
    const pod = await started(options, name);
    log = followLog(client, pod, following.signal);
  } catch (error) {
    await end();
    throw error;
  }
  let stopping: Promise<LoadResult> | undefined;
  const crash = Promise.withResolvers<never>();
  crash.promise.catch(() => {}); // who stops the load in good order never looks
  void log.ended.then(() => {
    if (stopping !== undefined) return;
    const tail = log
      .lines()
      .slice(-20)
      .map((line) => `\n  ${line}`)
      .join('');
    crash.reject(new PadoError('ERR_PADO_K6', `the load ended before the experiment did; the end of its log:${tail}`));
  });

  const result = log.ended.then(async (): Promise<LoadResult> => {
    const lines = log.lines();
    await writeFile(join(directory, 'k6.log'), `${lines.join('\n')}\n`);
    await writeFile(
      join(directory, 'ledger.ndjson'),
      lines
        .filter((line) => line.startsWith('{"'))
        .map((line) => `${line}\n`)
        .join(''),
    );
    const { summary, exitCode } = summaryOf(lines, name);
    await writeFile(join(directory, 'k6-summary.json'), JSON.stringify(summary));
    return { load: summarise(options.name, summary, exitCode), summary };
  });
  result.catch(() => {}); // nobody may be waiting for it

  const stop = (): Promise<LoadResult> => {
    stopping ??= (async () => {
      // The pod gets SIGTERM, and k6 sums up while its log is still being read.
      await remove();
      const timer = setTimeout(() => following.abort(), stopWithinMs);
      try {
        return await result;
      } finally {
        clearTimeout(timer);
        following.abort();
      }
    })();
    return stopping;
  };

  try {
    const startedAt = performance.now();
    const begun = async () => ((await prometheus.number(`sum(k6_iterations_total{testid="${testId}"})`)) ?? 0) > 0;
    while (!(await Promise.race([begun(), crash.promise]))) {
      if (performance.now() - startedAt > iterateWithinMs) {
        const tail = log.lines().slice(-5).join('\n  ');
        throw new PadoError(
          'ERR_PADO_K6',
          `no iteration of k6 has come to Prometheus within ${iterateWithinMs / 1_000} s; does ${prometheusUrl} take remote writes? k6 said:\n  ${tail}`,
        );
      }
      await sleep(lookEveryMs, undefined, { signal });
    }
  } catch (error) {
    await end();
    throw error;
  }
  return { crashed: crash.promise, ended: result, stop };
}

/** The name of the Job's pod, once its container has started. */
async function started({ client, image, signal }: LoadJobOptions, job: string): Promise<string> {
  const startedAt = performance.now();
  const query = { labelSelector: `batch.kubernetes.io/job-name=${job}` };
  for (;;) {
    const { items } = await client.request<List<Pod>>('GET', paths.pods(client.namespace), { query, signal });
    const pod = items[0];
    if (pod !== undefined && pod.status?.phase !== 'Pending') return pod.metadata.name;
    const waiting = pod?.status?.containerStatuses?.[0]?.state?.waiting;
    const unscheduled = pod?.status?.conditions?.find(
      ({ type, status }) => type === 'PodScheduled' && status === 'False',
    );
    const why = waiting?.message ?? waiting?.reason ?? unscheduled?.message;
    const isHopeless = ['InvalidImageName', 'ErrImageNeverPull', 'CreateContainerConfigError'].includes(
      waiting?.reason ?? '',
    );
    if (isHopeless || performance.now() - startedAt > startWithinMs) {
      const what =
        pod === undefined ? `no pod was made for the Job ${job}` : `the pod of the Job ${job} (${image}) did not start`;
      throw new PadoError('ERR_PADO_K6', `${what}: ${why ?? 'kubectl describe job tells why'}`);
    }
    await sleep(lookEveryMs, undefined, { signal });
  }
}

function summaryOf(lines: readonly string[], job: string): { summary: K6Summary; exitCode: number } {
  const line = lines.findLast((one) => one.startsWith(summaryMark));
  try {
    if (line === undefined) throw new Error('the log has none');
    const [, exitCode, text = ''] = /^ (\d+) (.*)$/.exec(line.slice(summaryMark.length)) ?? [];
    return { summary: JSON.parse(text) as K6Summary, exitCode: Number(exitCode) };
  } catch (cause) {
    throw new PadoError('ERR_PADO_K6', `k6 left no summary in the log of the Job ${job}: ${(cause as Error).message}`, {
      cause,
    });
  }
}
