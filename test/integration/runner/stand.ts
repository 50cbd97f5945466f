import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { AgentFile } from '@pado/fault';
import { bundle } from '@pado/injector/bundle';
import type { Test } from 'tap';
import type { RunEvent, StackFile } from '../../../runner/src/contracts.ts';
import { type RunOptions, runExperiment } from '../../../runner/src/experiment/run.ts';
import { ensureTools } from '../../../runner/src/tools/tools.ts';
import { freePort } from '../../helpers/free-port.ts';

const path = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url));

/** A real agent, Prometheus and target, a process each: what a run needs, without the shop. */
export interface Stand {
  /** Gone at the end of the test. */
  readonly directory: string;
  readonly stack: StackFile;
  readonly agent: ChildProcess;
  readonly prometheus: ChildProcess;
  readonly target: ChildProcess;
  readonly run: (experiment: string, options?: Partial<RunOptions>) => Promise<StandRun>;
}

export interface StandRun extends Awaited<ReturnType<typeof runExperiment>> {
  readonly events: readonly RunEvent[];
}

export const toolsHere = () =>
  ensureTools({
    folder: path('.tools'),
    environment: process.env,
    signal: AbortSignal.timeout(120_000),
    progress: () => {},
  });

export async function startPrometheus(t: Test, directory: string): Promise<{ url: string; child: ChildProcess }> {
  const config = join(directory, 'prometheus.yml');
  await writeFile(config, 'scrape_configs: []\n');
  const port = await freePort();
  const child = start(t, (await toolsHere()).prometheus, [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(directory, 'tsdb')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--web.enable-remote-write-receiver',
    '--enable-feature=native-histograms',
    '--query.lookback-delta=10s',
  ]);
  const url = `http://127.0.0.1:${port}`;
  await until(async () => (await fetch(`${url}/-/ready`)).ok);
  return { url, child };
}

export async function startStand(t: Test): Promise<Stand> {
  const directory = t.testdir();
  const { k6 } = await toolsHere();
  const { url: prometheusUrl, child: prometheus } = await startPrometheus(t, directory);
  const agent = start(t, process.execPath, [path('agent/daemon/src/server.ts'), '--state', directory]);
  const agentFile = await until(
    async () => JSON.parse(await readFile(join(directory, 'agent.json'), 'utf8')) as AgentFile,
  );
  const target = start(t, process.execPath, [path('test/fixtures/tiny-shop.mjs')], {
    NODE_OPTIONS: `--require=${await bundle()}`,
    PADO_AGENT_URL: agentFile.url,
    PADO_AGENT_TOKEN_FILE: agentFile.tokenFile,
    PADO_NAME: 'payments',
  });
  const [port] = (await once(createInterface({ input: target.stdout! }), 'line')) as [string];
  const url = `http://127.0.0.1:${port}`;
  const nobody = 'http://127.0.0.1:1';
  const stack: StackFile = {
    startedAt: new Date().toISOString(),
    urls: {
      ...{ gateway: url, payments: url, catalog: nobody, cart: nobody, orders: nobody },
      ...{ inventory: nobody, shipping: nobody, recommendations: nobody },
    },
    instances: { gateway: [url], payments: [url] },
    supervised: false,
    databaseUrl: 'postgres://127.0.0.1:1',
    prometheusUrl,
    agent: agentFile,
    policiesFile: join(directory, 'policies.json'),
    logsDirectory: directory,
    k6,
    processes: [],
  };
  return {
    directory,
    stack,
    agent,
    prometheus,
    target,
    run: async (experiment, options = {}) => {
      const file = join(directory, 'experiment.yaml');
      await writeFile(file, experiment);
      const events: RunEvent[] = [];
      const result = await runExperiment({
        file,
        stack,
        policies: 'naive',
        directory: join(directory, 'runs'),
        signal: new AbortController().signal,
        ...options,
        listener: (event) => {
          events.push(event);
          options.listener?.(event);
        },
      });
      return { ...result, events };
    },
  };
}

function start(t: Test, file: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): ChildProcess {
  const child = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, NODE_OPTIONS: '', ...environment },
  });
  t.teardown(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  return child;
}

/** Asks until there is a truthy answer; the test's own timeout ends what never comes. */
export async function until<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    const answer = await ask().catch(() => undefined);
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
