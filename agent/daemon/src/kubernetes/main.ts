import { monotonicClock } from '../clock.ts';
import { jsonLog } from '../log.ts';
import { startKubernetesAgent } from './agent.ts';
import { inClusterKubeApi } from './api/in-cluster.ts';
import { readConfig } from './config.ts';

/** The agent of a node as a program; the chart sets its environment. */
const log = jsonLog(process.stdout);
try {
  const config = readConfig(process.env);
  const { hostname, port } = config.server;
  const api = inClusterKubeApi({
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port || '443',
    clock: monotonicClock,
    log,
  });
  const agent = startKubernetesAgent({ ...config, api, log });
  const stop = () => {
    // One that has not begun has nothing to hand over.
    const giveUp = setTimeout(() => process.exit(0), 6_000);
    giveUp.unref();
    void agent.then(({ close }) => close()).finally(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  void api.calibrate();
  await agent;
} catch (error) {
  process.stderr.write(`agent: could not start: ${(error as Error).message}\n`);
  process.exit(1);
}
