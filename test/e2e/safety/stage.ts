import { setTimeout as sleep } from 'node:timers/promises';
import { apiVersion, type FaultResource, type FaultSpec } from '@pado/fault';
import type { Test } from 'tap';
import { agents, ensureAgents } from '../helpers/chaos.ts';
import { kubectl, kubectlJson, namespace } from '../helpers/cluster.ts';
import { longestGapMs, type Sample } from '../helpers/prober.ts';
import { api, askPod, deploy, faultOf, type PodFacts, podsOf, until } from '../helpers/targets.ts';

export type Timeline = Readonly<Record<string, readonly Sample[]>>;

export interface StageOptions {
  /** Deployments and their pods. Default `{ web: 4 }`. */
  readonly apps?: Readonly<Record<string, number>>;
  /** A prober a node, each of which asks every pod: for a network that is cut. Default false: one on the first node. */
  readonly isOnEveryNode?: boolean;
  /** Labels of the pods. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** A pod is asked every 50 ms: without a hit for so long it is in peace. */
const quietMs = 1_500;

/**
 * Targets over both nodes, their twins with the same labels in another namespace, and probers there that ask all of them
 * all the time. (Long for one file: what is armed, seen and put away again is one story.)
 */
export class Stage {
  readonly namespace: string;
  readonly twin: string;
  readonly nodes: readonly string[];
  readonly #apps: readonly string[];
  readonly #probers: readonly string[];
  #offsetMs = 0;
  #quietFrom = 0;

  private constructor(facts: { own: string; twin: string; nodes: string[]; apps: string[]; probers: string[] }) {
    this.namespace = facts.own;
    this.twin = facts.twin;
    this.nodes = facts.nodes;
    this.#apps = facts.apps;
    this.#probers = facts.probers;
  }

  static async set(t: Test, options: StageOptions = {}): Promise<Stage> {
    const { apps = { web: 4 }, isOnEveryNode = false, labels = {} } = options;
    await ensureAgents();
    const own = await namespace(t, 'pado-safety');
    const twin = await namespace(t, 'pado-twin');
    const nodes = await readyNodes();
    const watching = isOnEveryNode ? nodes : nodes.slice(0, 1);
    await Promise.all([
      ...Object.entries(apps).map(([app, replicas]) => deploy(own, app, { replicas, spread: true, labels })),
      ...Object.keys(apps).map((app) => deploy(twin, app, { labels })),
      ...watching.map((nodeName) =>
        deploy(twin, `prober-${nodeName}`, { injected: false, file: 'prober.mjs', nodeName }),
      ),
    ]);
    const probers = await Promise.all(watching.map((node) => podsOf(twin, `prober-${node}`)));
    const stage = new Stage({
      ...{ own, twin, nodes, apps: Object.keys(apps) },
      probers: probers.flat().map(({ name }) => name),
    });
    const before = Date.now();
    const { now } = await askPod<{ now: number }>(twin, stage.#probers[0]!, '/now');
    stage.#offsetMs = now - (before + Date.now()) / 2;
    await stage.watch();
    return stage;
  }

  /** The probers' clock, without asking them: the API server may be gone. */
  now(): number {
    return Date.now() + this.#offsetMs;
  }

  pods(app = 'web'): Promise<PodFacts[]> {
    return podsOf(this.namespace, app);
  }

  /** Begins to watch pods that have come. */
  async watch(): Promise<void> {
    const places = [this.namespace, this.twin];
    const pods = await Promise.all(places.flatMap((place) => this.#apps.map((app) => podsOf(place, app))));
    const targets = pods.flat().filter(({ ip }) => ip !== undefined);
    const path = `/watch?targets=${targets.map(({ ip }) => `${ip}:8080`).join(',')}`;
    await Promise.all(this.#probers.map((pod) => askPod(this.twin, pod, path)));
  }

  /** What all probers together have seen, by the address of a pod, twins included. */
  async timeline(): Promise<Timeline> {
    const seen = await Promise.all(
      this.#probers.map((pod) => askPod<Record<string, Sample[]>>(this.twin, pod, '/timeline')),
    );
    const merged: Record<string, Sample[]> = {};
    for (const one of seen)
      for (const [address, line] of Object.entries(one)) {
        const ip = address.replace(/:\d+$/, '');
        merged[ip] = [...(merged[ip] ?? []), ...line];
      }
    for (const line of Object.values(merged)) line.sort(([a], [b]) => a - b);
    return merged;
  }

  /** Of these pods alone. */
  async timelineOf(pods: readonly PodFacts[]): Promise<Timeline> {
    const all = await this.timeline();
    return Object.fromEntries(pods.map(({ ip }) => [ip, all[ip] ?? []]));
  }

  arm(name: string, spec: Partial<FaultSpec> = {}, app = 'web'): Promise<FaultResource> {
    const body = faultOf(this.namespace, name, app, spec);
    return api.request('POST', `/apis/${apiVersion}/namespaces/${this.namespace}/faults`, { body });
  }

  async remove(name: string): Promise<void> {
    await api.request('DELETE', `/apis/${apiVersion}/namespaces/${this.namespace}/faults/${name}`);
  }

  /** Waits until each of these pods is hit; resolves to them. */
  async inForce(app = 'web', withinMs = 30_000): Promise<PodFacts[]> {
    const pods = await this.pods(app);
    await until(
      `${app} is hit`,
      () => this.timelineOf(pods),
      (seen) => Object.values(seen).every((line) => line.slice(-4).some(([, what]) => what === 'hit')),
      withinMs,
    );
    return pods;
  }

  /** Waits until one of the pods is hit; resolves to it. */
  async oneInForce(app = 'web', withinMs = 30_000): Promise<PodFacts> {
    const pods = await this.pods(app);
    const look = async () => {
      const seen = await this.timelineOf(pods);
      return pods.filter(({ ip }) => seen[ip]?.slice(-4).some(([, what]) => what === 'hit'));
    };
    return (await until(`one of ${app} is hit`, look, (hit) => hit.length === 1, withinMs))[0]!;
  }

  /** Waits until nobody is hit any more. */
  async quiet(withinMs = 30_000): Promise<void> {
    await until(
      'nobody is hit',
      async () => this.now() - lastHitOf(await this.timeline()),
      (sinceMs) => sinceMs >= quietMs,
      withinMs,
    );
  }

  /**
   * Waits until nobody is hit and says how long that took, from a moment on.
   * @returns the ms from then to the last hit
   */
  async reverted(t: Test, what: string, at: number, withinMs: number): Promise<number> {
    await this.quiet(withinMs + 30_000);
    return this.judge(t, what, lastHitOf(await this.timeline()) - at, withinMs);
  }

  judge(t: Test, what: string, ms: number, withinMs: number): number {
    t.comment(`time to revert, ${what}: ${(Math.max(0, ms) / 1_000).toFixed(2)} s`);
    t.ok(ms <= withinMs, `${what}: nobody was hit later than ${withinMs / 1_000} s after`, { ms });
    return ms;
  }

  /**
   * A case of its own: nothing of an earlier one comes back to life before it begins; afterwards nothing is in force, no
   * twin was ever hit, and no agent has restarted, unless the case is there to make it.
   */
  async act(t: Test, title: string, run: (t: Test) => Promise<void>, { disturbsAgents = false } = {}): Promise<void> {
    await t.test(title, async (t) => {
      const before = await agents();
      await this.#checkPeace(t);
      try {
        await run(t);
      } finally {
        await this.#putAway();
      }
      const twins = (await Promise.all(this.#apps.map((app) => podsOf(this.twin, app)))).flat();
      t.same(hitsIn(await this.timelineOf(twins)), [], 'twins in another namespace were never hit');
      if (disturbsAgents) return;
      const known = await agents();
      for (const { name, restarts } of before)
        t.equal(known.find((agent) => agent.name === name)?.restarts, restarts, `${name} did not restart by itself`);
    });
  }

  async #checkPeace(t: Test): Promise<void> {
    if (this.#quietFrom > 0) {
      const late = hitsIn(await this.timeline()).filter((at) => at > this.#quietFrom);
      t.same(late, [], 'nothing came back to life after the last case');
    }
    await Promise.all(this.#probers.map((pod) => askPod(this.twin, pod, '/unwatch')));
    await this.watch();
  }

  async #putAway(): Promise<void> {
    await kubectl('delete', 'faults', '--all', '-n', this.namespace);
    await this.quiet();
    this.#quietFrom = this.now();
    await sleep(500);
  }
}

interface Node {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly unschedulable?: boolean };
  readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] };
}

const isReady = ({ status }: Node) => status.conditions.some((one) => one.type === 'Ready' && one.status === 'True');

/** Those that take pods, when all of them are ready: one that was cut off, or has heard no API server, takes its time. */
async function readyNodes(): Promise<string[]> {
  const look = async () =>
    (await kubectlJson<{ items: Node[] }>('get', 'nodes')).items.filter(({ spec }) => spec.unschedulable !== true);
  const nodes = await until('every node is ready', look, (all) => all.length > 0 && all.every(isReady), 120_000);
  return nodes.map(({ metadata }) => metadata.name).sort();
}

/** Unix ms of each hit. */
export const hitsIn = (timeline: Timeline): number[] =>
  Object.values(timeline)
    .flatMap((line) => line.filter(([, what]) => what === 'hit').map(([at]) => at))
    .sort((a, b) => a - b);

/** 0 when there was none. */
export const lastHitOf = (timeline: Timeline): number => hitsIn(timeline).at(-1) ?? 0;

/** The longest time in which one of the pods was not hit although it should have been. */
export const worstGapMs = (timeline: Timeline, fromMs: number, toMs: number): number =>
  Math.max(...Object.values(timeline).map((line) => longestGapMs(line, fromMs, toMs)));

/** Times without a hit that are longer than that, within [fromMs, toMs]. */
export function silences(line: readonly Sample[], fromMs: number, toMs: number, overMs: number) {
  const hits = line.filter(([at, what]) => what === 'hit' && at >= fromMs && at <= toMs).map(([at]) => at);
  const edges = [fromMs, ...hits, toMs];
  return edges
    .slice(1)
    .map((to, index) => ({ from: edges[index]!, to }))
    .filter(({ from, to }) => to - from > overMs);
}

/** The shortest time between hits on two different pods; Infinity when only one was ever hit. */
export function closestMs(timeline: Timeline): number {
  const hits = Object.entries(timeline)
    .flatMap(([ip, line]) => line.filter(([, what]) => what === 'hit').map(([at]) => ({ ip, at })))
    .sort((a, b) => a.at - b.at);
  const apart = hits.slice(1).map(({ ip, at }, index) => (ip === hits[index]!.ip ? Infinity : at - hits[index]!.at));
  return Math.min(Number.POSITIVE_INFINITY, ...apart);
}
