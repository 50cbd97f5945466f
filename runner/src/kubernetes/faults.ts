import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  apiVersion,
  type Fault,
  type FaultReport,
  type FaultResource,
  type FaultSpec,
  type FaultStatus,
  isPadoError,
  keys,
  nameLabel,
  sumReports,
} from '@pado/fault';
import type { AgentApi } from '../providers/fault/agent-api.ts';
import type { KubeClient } from './client.ts';
import { faultStatus } from './fault-status.ts';
import { kubeLeases } from './leases.ts';
import { isReady, type List, type Pod, selectorText } from './objects.ts';
import { paths } from './paths.ts';

/** Each look is two requests; four times a second is what the API server is asked for while a run waits. */
const lookEveryMs = 200;
/** An agent that was just about to arm a target puts it on record within this time, after the fault was stopped. */
const recordedWithinMs = 1_500;
const revertedWithinMs = 10_000;

export interface KubeFaults extends AgentApi {
  /** Creates a fault as it was written, with its labels and annotations. */
  readonly apply: (fault: Fault) => Promise<FaultStatus>;
  /** Waits for at most 10 s until a stopped fault is reverted everywhere; says whether it is. */
  readonly untilReverted: (name: string) => Promise<boolean>;
}

/** The faults of a namespace: what a run asks of the agents, asked of the API server. */
export function kubeFaults(client: KubeClient, { note }: { readonly note: (text: string) => void }): KubeFaults {
  const { namespace } = client;
  const stoppedAt = new Map<string, number>();
  const noted = new Set<string>();
  const get = (name: string) => client.request<FaultResource>('GET', paths.faults(namespace, name));

  const read = async (name: string) => {
    const fault = await get(name);
    const reports = await readReports(client, fault.metadata.uid);
    const status = faultStatus(fault, reports, client.serverNow());
    const { endReason } = sumReports(fault, reports);
    if (endReason === 'lever' && !noted.has(status.uid)) {
      noted.add(status.uid);
      note(`the safety lever has ended the fault ${name}`);
    }
    const stoppedMs = performance.now() - (stoppedAt.get(name) ?? Number.NEGATIVE_INFINITY);
    if (status.targets.length > 0 || stoppedMs >= recordedWithinMs) return status;
    return { ...status, conditions: { ...status.conditions, AllRecovered: false } };
  };

  const create = async (body: Fault): Promise<FaultResource> => {
    const post = () => client.request<FaultResource>('POST', paths.faults(namespace), { body });
    try {
      return await post();
    } catch (error) {
      if (!isPadoError(error) || error.code !== 'ERR_PADO_CONFLICT') throw error;
      // A new fault may take the name of one that has ended, such as one that a killed run has left.
      const { name } = body.metadata;
      if ((await read(name)).phase !== 'Ended') throw error;
      await remove(name);
      return post();
    }
  };
  const apply = async (fault: Fault) => {
    stoppedAt.delete(fault.metadata.name);
    return faultStatus(await create(fault), [], client.serverNow());
  };

  const remove = async (name: string): Promise<void> => {
    await client.request('DELETE', paths.faults(namespace, name)).catch((error) => {
      if (!isPadoError(error) || error.code !== 'ERR_PADO_NOT_FOUND') throw error;
    });
  };

  return {
    lookEveryMs,
    ...kubeLeases(client, `pado-run-${hostname()}-${process.pid}`),
    create: (name, spec) => apply(faultObject(name, spec)),
    apply,
    read,
    stop: async (name) => {
      await patiently(() =>
        client.request('PATCH', paths.faults(namespace, name), { body: { spec: { stopped: true } } }),
      );
      stoppedAt.set(name, performance.now());
    },
    remove,
    untilReverted: async (name) => {
      const deadline = performance.now() + revertedWithinMs;
      while (performance.now() < deadline) {
        const { phase, conditions } = await read(name);
        if (phase === 'Ended' && conditions.AllRecovered) return true;
        await sleep(lookEveryMs);
      }
      return false;
    },
    targets: async () =>
      (await injectedPods(client)).map(({ metadata, spec }) => ({
        target: metadata.name,
        name: metadata.labels?.[nameLabel] ?? metadata.name,
        labels: metadata.labels ?? {},
        pid: 0,
        node: spec.nodeName ?? '',
        ports: spec.containers.flatMap(({ ports = [] }) => ports.map(({ containerPort }) => containerPort)),
      })),
    whyUnarmed: async (name) => {
      const fault = await get(name);
      const { refusal } = sumReports(fault, await readReports(client, fault.metadata.uid));
      return refusal ?? whyNobody(client, fault);
    },
  };
}

export const faultObject = (name: string, spec: FaultSpec): Fault => ({
  apiVersion,
  kind: 'Fault',
  metadata: { name, labels: { 'app.kubernetes.io/managed-by': 'pado' } },
  spec,
});

/** What every node says of a fault. */
export async function readReports(client: KubeClient, uid = ''): Promise<readonly FaultReport[]> {
  const query = { labelSelector: `${keys.faultUid}=${uid}` };
  return (await client.request<List<FaultReport>>('GET', paths.faultReports(client.namespace), { query })).items;
}

export const injectedPods = async (client: KubeClient): Promise<readonly Pod[]> =>
  (
    await client.request<List<Pod>>('GET', paths.pods(client.namespace), {
      query: { labelSelector: `${keys.inject}=enabled` },
    })
  ).items;

/** A sentence about the pods that a fault's selector fits. */
async function whyNobody(client: KubeClient, { spec }: FaultResource): Promise<string> {
  const labels = selectorText(spec.target.selector.matchLabels);
  const pods = (
    await client.request<List<Pod>>('GET', paths.pods(client.namespace), { query: { labelSelector: labels } })
  ).items;
  const where = `in the namespace ${client.namespace}`;
  if (pods.length === 0) return `no pod ${where} has the labels ${labels}`;
  const names = pods.map(({ metadata }) => metadata.name).join(', ');
  const injected = pods.filter(({ metadata }) => metadata.labels?.[keys.inject] === 'enabled');
  if (injected.length === 0)
    return `${names} ${where} fit, but without injection: their label ${keys.inject} is not "enabled"`;
  if (!injected.some(isReady)) return `${names} ${where} fit, but none is ready`;
  return `${names} ${where} fit, but no agent has reached them: "pado status --kubernetes" shows the agents`;
}

/** A stop that did not arrive is tried again, for as long as the lease would take to do the same. */
async function patiently(action: () => Promise<unknown>): Promise<void> {
  for (let left = 4; ; left--) {
    try {
      await action();
      return;
    } catch (error) {
      if (left === 0 || !isPadoError(error) || error.details.passing !== true) throw error;
      await sleep(1_000);
    }
  }
}
