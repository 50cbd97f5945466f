import { setMaxListeners } from 'node:events';
import { monotonicClock } from '../../../../agent/daemon/src/clock.ts';
import { type KubernetesAgent, startKubernetesAgent } from '../../../../agent/daemon/src/kubernetes/agent.ts';
import { createKubeApi } from '../../../../agent/daemon/src/kubernetes/api/create-api.ts';
import { silentLog } from '../../../../agent/daemon/src/log.ts';
import { Book } from '../harness/book.ts';
import { countingApi } from '../harness/counting-api.ts';
import { startInjector } from '../harness/wire.ts';
import { serve } from './serve.ts';

export interface AgentsOrder {
  readonly namespace: string;
  readonly server: string;
  readonly ca: string;
  readonly token: string;
  /** The name of the targets, and one of them for each agent: its node and its pod's token. */
  readonly name: string;
  readonly nodes: readonly { readonly node: string; readonly token: string }[];
}

/** Many agents in one process, each whole, with sockets of its own and one injector. */
const book = new Book();
const counts: Record<string, number> = {};
const life = new AbortController();
setMaxListeners(0, life.signal);
const agents: KubernetesAgent[] = [];
/** As many start at a time: of a real DaemonSet no more come up together. */
const atOnce = 16;
let connected = 0;
let lost = 0;

async function start(order: AgentsOrder, { node, token }: AgentsOrder['nodes'][number]): Promise<void> {
  const api = countingApi(
    createKubeApi({
      ...{ server: new URL(order.server), ca: order.ca, token: () => order.token },
      ...{ clock: monotonicClock, log: silentLog },
    }),
    order.namespace,
    {
      onRequest: (what) => {
        counts[what] = (counts[what] ?? 0) + 1;
      },
      onSeen: (fault, at) => void book.of(fault).seen.push(at),
      onStatus: (fault, status, at) => {
        if (status === undefined) return;
        const recovered = status.conditions.some(({ type, status: is }) => type === 'AllRecovered' && is === 'True');
        book.of(fault).told.push({ at, phase: status.phase, injected: status.injected, recovered });
      },
    },
  );
  const agent = await startKubernetesAgent({
    ...{
      node,
      pod: `agent-${node}`,
      namespace: order.namespace,
      service: 'pado-agent',
      clusterDomain: 'cluster.local',
    },
    ...{ port: 0, probePort: 0, server: new URL(order.server), api, log: silentLog },
  });
  agents.push(agent);
  startInjector({
    ...{ port: agent.port, name: order.name, token, instance: `instance-${node}`, localAddress: '127.0.0.1' },
    signal: life.signal,
    onConnected: () => {
      connected += 1;
    },
    onLost: () => {
      connected -= 1;
      lost += 1;
    },
    onArm: (uid, at) => void book.of(uid).armed.push(at),
    onDisarm: (uid, at) => void book.of(uid).disarmed.push(at),
  });
}

serve({
  start: async (order: AgentsOrder) => {
    const waiting = [...order.nodes];
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await start(order, next);
      }),
    );
  },
  connected: () => ({ connected, lost }),
  counts: () => counts,
  reached: ({ name, uid }: { name: string; uid: string }) => ({
    seen: book.of(name).seen.length,
    armed: book.of(uid).armed.length,
    disarmed: book.of(uid).disarmed.length,
  }),
  times: (fault: { name: string; uid: string }) => book.read(fault),
  stop: async () => {
    life.abort();
    await Promise.all(agents.map(({ close }) => close()));
  },
});
