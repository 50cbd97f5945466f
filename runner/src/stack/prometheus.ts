import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { ChildSpec } from './child.ts';

export interface PrometheusOptions {
  readonly binary: string;
  readonly port: number;
  readonly folder: string;
  readonly log: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly targets: readonly PrometheusTarget[];
}

export interface PrometheusTarget {
  /** The label `service`; all its processes share it. */
  readonly service: string;
  /** The label `instance`: the process's name. It stays when the process is started again. */
  readonly instance: string;
  /** Host and port. */
  readonly address: string;
}

/** Writes the configuration and begins with an empty store: each stack has its own history. */
export async function preparePrometheus(options: PrometheusOptions): Promise<ChildSpec> {
  const { binary, port, folder, log, environment, targets } = options;
  const data = join(folder, 'data');
  await rm(data, { recursive: true, force: true });
  await mkdir(data, { recursive: true });
  const config = join(folder, 'prometheus.yml');
  await writeFile(config, stringify(configuration(targets)));
  return {
    name: 'prometheus',
    file: binary,
    args: [
      `--config.file=${config}`,
      `--storage.tsdb.path=${data}`,
      '--storage.tsdb.retention.time=6h',
      `--web.listen-address=127.0.0.1:${port}`,
      // k6 writes what users see into the same store.
      '--web.enable-remote-write-receiver',
      '--enable-feature=native-histograms',
      // The default of 5 minutes would let a series that k6 no longer writes look alive for longer than a whole run.
      // Ten seconds bridge scrapes that a busy machine missed.
      '--query.lookback-delta=10s',
    ],
    // A soft limit: at a few thousand series it stays far below, but its garbage would otherwise double it.
    environment: { ...environment, GOMEMLIMIT: '160MiB', GOGC: '50' },
    cwd: folder,
    log,
    parentDeathSignal: 'TERM',
  };
}

function configuration(targets: readonly PrometheusTarget[]): unknown {
  return {
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [
      {
        job_name: 'pado',
        // The services say `service` themselves; for `up` and the agent's own metrics the label below stands.
        honor_labels: true,
        static_configs: targets.map(({ service, instance, address }) => ({
          targets: [address],
          labels: { service, instance },
        })),
      },
    ],
  };
}
