import { monotonicClock } from '../../../../agent/daemon/src/clock.ts';
import { startKubernetesAgent } from '../../../../agent/daemon/src/kubernetes/agent.ts';
import { inClusterKubeApi } from '../../../../agent/daemon/src/kubernetes/api/in-cluster.ts';
import { silentLog } from '../../../../agent/daemon/src/log.ts';
import { Book } from '../harness/book.ts';
import { countingApi } from '../harness/counting-api.ts';
import { serve } from './serve.ts';

/** The agent's own program, but for the counting of its questions: see agent/daemon/src/kubernetes/main.ts. */
const { BENCH_NODE, BENCH_NAMESPACE = '', BENCH_DIRECTORY = '', BENCH_HOST, BENCH_PORT } = process.env;
const counts: Record<string, number> = {};
const book = new Book();
const api = countingApi(
  inClusterKubeApi({
    ...{ host: BENCH_HOST, port: BENCH_PORT, directory: BENCH_DIRECTORY, clock: monotonicClock, log: silentLog },
  }),
  BENCH_NAMESPACE,
  {
    onRequest: (what) => {
      counts[what] = (counts[what] ?? 0) + 1;
    },
    onSeen: (fault, at) => void book.of(fault).seen.push(at),
  },
);
const agent = await startKubernetesAgent({
  ...{ node: BENCH_NODE, pod: 'agent-0', namespace: BENCH_NAMESPACE, service: 'pado-agent' },
  ...{ clusterDomain: 'cluster.local', port: 0, probePort: 0, server: new URL('https://kubernetes.default.svc') },
  ...{ api, log: silentLog },
});
await api.calibrate();
serve({
  port: () => agent.port,
  counts: () => counts,
  times: (fault: { name: string; uid: string }) => book.read(fault),
  stop: () => agent.close(),
});
