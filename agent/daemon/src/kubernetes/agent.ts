import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { apiVersion, type FaultResource, keys, names, tokenAudience } from '@pado/fault';
import { type Clock, monotonicClock } from '../clock.ts';
import type { Log } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import { Targets } from '../targets.ts';
import { createInformer, type Informer, metadataOnly } from './api/informer.ts';
import type { KubeApi, KubeObject } from './api/kube-api.ts';
import { limited } from './api/limited.ts';
import { createChannelServer } from './channel-server.ts';
import type { KubernetesConfig } from './config.ts';
import { eventTeller } from './events.ts';
import { createIdentities } from './identity/identity.ts';
import { faultsPath, KubeFaults } from './kube-faults.ts';
import { estimateCrowd } from './leases/crowd.ts';
import { elect } from './leases/leader.ts';
import { readLimits } from './limits.ts';
import { type CountPods, type Pod, podQuery, projectPod, selectorText } from './pods.ts';
import { createProbeServer } from './probe-server.ts';
import { ServiceResolver } from './service-resolver.ts';
import { keepStatus } from './status-keeper.ts';
import type { Clocks } from './tls/clocks.ts';
import { publishCa } from './tls/publish-ca.ts';
import { createServing } from './tls/serving.ts';

/** Without a word of the API server for this long an order to stop may have been missed: everything is suspended. */
const cutOffMs = 120_000;
/** An order to stop waits no longer than this for a watch to be tried again once the API server is back. */
const orderMs = 2_000;
/** Of the 8 sockets to the API server; the others are for leases and tokens. */
const recordsAtOnce = 4;
/** How long a leaving agent waits for its injectors to go. */
const farewellMs = 3_000;

export interface KubernetesAgentOptions extends KubernetesConfig {
  readonly api: KubeApi;
  readonly log: Log;
  readonly clock?: Clock;
}

export interface KubernetesAgent {
  /** The ports that are listened on. */
  readonly port: number;
  readonly probePort: number;
  /** Sends injectors to the next agent, with their faults in force. Twice is once. */
  readonly close: () => Promise<void>;
}

/** The agent of a node, or one of several where there are no DaemonSets. */
export async function startKubernetesAgent(options: KubernetesAgentOptions): Promise<KubernetesAgent> {
  const { api, log, namespace, node, pod, service, clusterDomain, clock = monotonicClock } = options;
  const identity = node ?? pod;
  const clocks: Clocks = { now: clock.now, wallNow: Date.now };
  const life = new AbortController();
  const { signal } = life;
  const inform = { api, clock, log, signal };
  const targets = new Targets();
  const records = limited(api, recordsAtOnce);
  const tell = eventTeller(records, pod, log);
  let isLeaving = false;

  const pods = createInformer<Pod, KubeObject>({
    ...inform,
    path: '/api/v1/pods',
    query: podQuery(node),
    accept: metadataOnly,
    project: projectPod,
  });
  const namespaces = createInformer<KubeObject>({ ...inform, path: '/api/v1/namespaces', accept: metadataOnly });
  const limits = createInformer<KubeObject & { readonly data?: Record<string, string> }>({
    ...inform,
    path: `/api/v1/namespaces/${namespace}/configmaps`,
    query: { fieldSelector: `metadata.name=${names.limits}` },
  });

  const limitsOf = (name: string) => {
    const [configMap] = limits.items.values();
    const of = [...namespaces.items.values()].find(({ metadata }) => metadata.name === name);
    return readLimits(configMap?.data, of?.metadata.annotations);
  };
  const services = new ServiceResolver({
    ...{ api, clusterDomain, log, signal },
    onChange: (of, name) => faults.readdress(of, name),
  });

  // Whoever may not be hit must be known before whoever is to be hit.
  const [certificate] = await Promise.all([
    createServing({ api, namespace, service, clusterDomain, clock: clocks, log, signal }),
    ...[pods.synced, namespaces.synced, limits.synced],
  ]);
  const ca = publishCa({
    ...{ api, source: certificate, clock: clocks, log, signal },
    namespaces: () => injectedNamespaces(pods, namespaces),
    sleep: (ms, aborted) => sleep(ms, undefined, { signal: aborted, ref: false }),
  });
  certificate.onChange(() => channels.server.setSecureContext(certificate.secureContext()));

  const countPods: CountPods = async (of, matchLabels, isInjected = true) => {
    const path = `/api/v1/namespaces/${encodeURIComponent(of)}/pods`;
    const query = { labelSelector: selectorText(matchLabels, isInjected), fieldSelector: 'status.phase=Running' };
    const list = { accept: metadataOnly.list, query };
    const { items } = await records.request<{ items: readonly unknown[] | null }>('GET', path, list);
    // Go writes a list of nothing as null.
    return items?.length ?? 0;
  };
  const informer = createInformer<FaultResource>({ ...inform, path: faultsPath, timing: { maxBackoffMs: orderMs } });
  const faults: KubeFaults = new KubeFaults({
    ...{ api, records, namespace, identity, clock, log, targets, services, limitsOf, tell, informer, signal },
    serverNow: api.serverNow,
    isCutOff: () => informer.staleMs() > cutOffMs,
    countPods,
  });
  const metrics = createMetrics(faults, targets, { namespaced: true });

  const channels = createChannelServer({
    ...{ faults, targets, metrics, node, log, beforeHeartbeat: () => faults.checkSlots() },
    ...certificate.secureContext(),
    identities: createIdentities({ api, audience: tokenAudience, clock: clocks, log }),
    podOf: (uid) => pods.items.get(uid),
  });
  pods.on(({ type, object }) => {
    const { uid, namespace: of, labels = {} } = object.metadata;
    if (type === 'deleted') return channels.dismiss(uid);
    if (type === 'modified') targets.relabel(uid, labels);
    ca.want(of);
  });
  namespaces.on(({ type, object }) => {
    if (type !== 'deleted' && isInjected(object)) ca.want(object.metadata.name);
  });
  void ca.look();
  limits.on(() => {
    for (const problem of limitsOf('').problems) log('warn', 'a limit cannot be read', { problem });
    if (limitsOf('').isLeverEngaged) faults.endAll('lever');
  });

  const election = elect({
    ...{ api, namespace, name: names.leader, identity: pod, clock, signal },
    // Of a DaemonSet there is one a node; a Deployment's are few.
    ...(node === undefined ? {} : { crowd: estimateCrowd({ api, signal }) }),
    onElected: (elected) => {
      log('info', 'elected to keep the status of faults');
      keepStatus({
        ...{ api: records, faults: informer, limitsOf, countPods, tell, clock, log, signal: elected },
        agentNamespace: namespace,
      });
    },
  });

  await informer.synced;
  const probes = createProbeServer({
    registry: metrics.registry,
    obstacles: () => [
      ...(isLeaving ? ['it is leaving'] : []),
      ...(channels.server.listening || isLeaving ? [] : ['it does not listen for injectors']),
      ...(informer.isSynced ? [] : [`it has not read the faults (${apiVersion})`]),
    ],
  });
  await Promise.all([listen(channels.server, options.port), listen(probes, options.probePort)]);
  log('info', 'listening', { port: options.port, probePort: options.probePort, node: identity });

  let closing: Promise<void> | undefined;
  const close = async () => {
    isLeaving = true;
    log('info', 'leaving', { targets: targets.all.length });
    // Before its targets go: what they do from now on is the next agent's to tell.
    life.abort();
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, farewellMs);
    });
    await Promise.race([Promise.all([channels.leave(), election.stopped]), patience]);
    clearTimeout(timer);
    channels.server.closeAllConnections();
    probes.close();
    probes.closeAllConnections();
    api.close();
  };
  return {
    port: portOf(channels.server),
    probePort: portOf(probes),
    close: () => (closing ??= close()),
  };
}

const isInjected = ({ metadata }: KubeObject): boolean => metadata.labels?.[keys.inject] === 'enabled';

/** Namespaces whose pods need to know whom to trust. */
const injectedNamespaces = (pods: Informer<Pod>, namespaces: Informer<KubeObject>): Iterable<string> =>
  new Set([
    ...[...pods.items.values()].map(({ metadata }) => metadata.namespace),
    ...[...namespaces.items.values()].filter(isInjected).map(({ metadata }) => metadata.name),
  ]);

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port);
  await once(server, 'listening');
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
