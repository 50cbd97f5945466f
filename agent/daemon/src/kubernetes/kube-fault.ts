import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  certainlyRevertedMs,
  type EndReason,
  type FaultResource,
  isPadoError,
  type ReportedTarget,
  type ResourceEndReason,
} from '@pado/fault';
import { ActiveFault, type Reached } from '../active-fault.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { fits } from '../select.ts';
import type { ConnectedTarget } from '../target.ts';
import type { Targets } from '../targets.ts';
import { validateFault } from '../validate.ts';
import type { KubeApi } from './api/kube-api.ts';
import type { Tell } from './events.ts';
import { watchOwnerLease } from './leases/owner-lease.ts';
import { createSlots, freezeCount, type Slots } from './leases/slots.ts';
import { judge, type Limits, needsCount } from './limits.ts';
import { podTeller } from './pod-teller.ts';
import type { CountPods } from './pods.ts';
import { ReportWriter, type Snapshot } from './report-writer.ts';
import type { ServiceResolver } from './service-resolver.ts';

/** What the faults of one agent share. */
export interface NodeParts {
  readonly api: KubeApi;
  /** The same for what is only on record, asked by few at once, so that leases do not wait for it. Default: `api`. */
  readonly records?: KubeApi;
  /** The agent's own namespace, where slots are. */
  readonly namespace: string;
  /** The node, or the agent's pod where agents are a Deployment. */
  readonly identity: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly targets: Targets;
  readonly services: ServiceResolver;
  readonly limitsOf: (namespace: string) => Limits;
  /** Running pods with injection that a selector chooses, on all nodes. */
  readonly countPods: CountPods;
  readonly tell: Tell;
  /** The API server has been silent for so long that an order to stop may have been missed. */
  readonly isCutOff: () => boolean;
}

const retryMs = { first: 200, most: 5_000 };

/**
 * One Fault object in one agent. Until a process of this node fits it costs nothing; then its limits are judged, its
 * slots taken, and what is chosen is put on record before it is armed.
 */
export class KubeFault {
  readonly resource: FaultResource;
  readonly active: ActiveFault;
  readonly #parts: NodeParts;
  readonly #namespace: string;
  readonly #report: ReportWriter;
  readonly #lifetime = new AbortController();
  /** Until it ends. */
  readonly #acting = new AbortController();
  /** What an earlier agent of this node had reached and this one has not. */
  readonly #former = new Map<string, { readonly target: ReportedTarget; readonly since: number }>();
  readonly #tellPods: (reached: readonly Reached[]) => void;
  #stage: 'idle' | 'preparing' | 'ready' | 'refused' = 'idle';
  #slots: Slots | undefined;
  #refusal: string | undefined;
  #endReason: ResourceEndReason | undefined;
  #isCutOff = false;
  #hasServices = false;
  #isDirty = false;
  #wasSilent = false;
  /** Of the targets when they were last looked through. */
  #version = -1;

  constructor(resource: FaultResource, elapsedMs: number, parts: NodeParts) {
    const { metadata, spec } = resource;
    this.resource = resource;
    this.#parts = parts;
    this.#namespace = metadata.namespace ?? '';
    const { clock, targets, api, records = api, log, identity } = parts;
    const fault = { name: metadata.name, namespace: this.#namespace, uid: metadata.uid ?? '' };
    this.active = new ActiveFault(
      { apiVersion: resource.apiVersion, kind: 'Fault', metadata: { name: metadata.name }, spec },
      {
        targets,
        clock,
        uid: fault.uid,
        elapsedMs,
        admits: (target) => this.#stage === 'ready' && this.#isMine(target),
        choose: (fitting) => this.#choose(fitting),
        addressesOf: (service) => parts.services.known(this.#namespace, service) ?? [],
        beforeArm: (arm) => this.#report.afterWrite(arm),
        onChange: () => {
          this.#isDirty = true;
          this.#touch();
        },
      },
    );
    this.#tellPods = podTeller(parts.tell, metadata.name, spec);
    this.#report = new ReportWriter({
      ...{ api: records, fault, node: identity, clock, log, signal: this.#lifetime.signal },
      snapshot: () => this.#snapshot(),
      onForeign: (known) => this.#restore(known),
    });
  }

  get isEnded(): boolean {
    return this.#endReason !== undefined || this.#refusal !== undefined;
  }

  /** Everything it did is undone, as far as this node knows. */
  get isRecovered(): boolean {
    return this.isEnded && this.#targets().every(({ recovered }) => recovered);
  }

  /** Arms whoever should be armed and is not yet. */
  deliver(): void {
    if (this.isEnded) return;
    this.#version = this.#parts.targets.version;
    if (this.#stage === 'ready') this.active.deliver();
    else if (this.#stage === 'idle' && this.#isWanted()) void this.#prepare();
  }

  /** It came while the safety lever is engaged. Only a node with a process that fits says so. */
  refuseByLever(): void {
    if (this.isEnded) return;
    const judged = judge(this.resource.spec, this.#namespace, this.#parts.limitsOf(this.#namespace), 0);
    if (this.#isWanted()) this.#stage = 'preparing';
    if ('refusal' in judged) this.#refuse(judged.refusal);
  }

  end(reason: ResourceEndReason): void {
    if (this.isEnded) return;
    this.#endReason = reason;
    this.#acting.abort();
    this.active.end(wireReason(reason));
    this.#unwantServices();
    this.#touch();
  }

  checkSlots(): void {
    this.#slots?.check();
  }

  /** Looks at the clock: what has run out ends, and what nobody holds any more is given back. */
  tick(): void {
    if (!this.isEnded && this.active.remainingMs === 0) this.end('ttl');
    this.#heedCutOff();
    // In a later pulse those may be hit again who were hit before.
    if (this.active.once || this.#version !== this.#parts.targets.version) this.deliver();
    const isSilent = this.active.hasSilent || this.#isWaitingForFormer();
    if (this.#isDirty || this.#wasSilent) {
      this.#isDirty = false;
      this.#releaseSlots();
      this.#tellPods(this.active.reached);
      if (this.#wasSilent !== isSilent) this.#touch();
    }
    this.#wasSilent = isSilent;
  }

  /** The agent leaves, or the object is gone: nothing more is written. The effects are not touched. */
  abandon(): void {
    this.#lifetime.abort();
    this.#unwantServices();
  }

  #isMine({ place }: ConnectedTarget): boolean {
    const { container } = this.resource.spec.target;
    return place?.namespace === this.#namespace && (container === undefined || container === place.container);
  }

  #isWanted(): boolean {
    const { matchLabels } = this.resource.spec.target.selector;
    return this.#parts.targets.all.some(
      (target) => target.isMain && this.#isMine(target) && fits({ matchLabels }, target.labels),
    );
  }

  async #prepare(): Promise<void> {
    this.#stage = 'preparing';
    const { signal } = this.#lifetime;
    for (let failures = 0; !signal.aborted && !this.isEnded; failures += 1) {
      try {
        await this.#report.load();
        const judged = await this.#judge();
        if (this.isEnded || signal.aborted) return;
        if ('refusal' in judged) return this.#refuse(judged.refusal);
        this.#takeSlots(judged.count, judged.selected);
        this.#watchLease();
        this.#stage = 'ready';
        this.deliver();
        return;
      } catch (error) {
        const { log } = this.#parts;
        if (failures % 10 === 0)
          log('warn', 'a fault could not begin yet', { fault: this.active.name, error: (error as Error).message });
        const ms = Math.min(retryMs.most, retryMs.first * 2 ** failures) * (0.5 + Math.random() / 2);
        await sleep(ms, undefined, { signal, ref: false }).catch(() => {});
      }
    }
  }

  async #judge(): Promise<ReturnType<typeof judge> & { readonly selected?: number }> {
    const { api, namespace, limitsOf, countPods, services } = this.#parts;
    const { spec } = this.resource;
    // The schema on the API server cannot read a regular expression, for one.
    const checked = validateFault(this.active.fault);
    if ('problems' in checked) {
      const [problem] = checked.problems;
      return { refusal: `${problem?.path.join('.')}: ${problem?.message}` };
    }
    this.#wantServices();
    for (const service of this.active.services) {
      try {
        await services.addressesOf(this.#namespace, service);
      } catch (error) {
        if (isPadoError(error)) return { refusal: error.message };
        throw error;
      }
    }
    const limits = limitsOf(this.#namespace);
    const { matchLabels } = spec.target.selector;
    const selected = needsCount(spec, limits)
      ? await freezeCount({
          api,
          namespace,
          fault: this.#reference,
          // One that is connected is there, whatever has been heard of it.
          compute: async () => Math.max(1, await countPods(this.#namespace, matchLabels)),
        })
      : 0;
    return { ...judge(spec, this.#namespace, limits, selected), selected };
  }

  #wantServices(): void {
    if (this.#hasServices) return;
    this.#hasServices = true;
    for (const service of this.active.services) this.#parts.services.want(this.#namespace, service);
  }

  #unwantServices(): void {
    if (!this.#hasServices) return;
    this.#hasServices = false;
    for (const service of this.active.services) this.#parts.services.unwant(this.#namespace, service);
  }

  #refuse(refusal: string): void {
    const isSilent = this.#stage === 'idle';
    this.#stage = isSilent ? 'idle' : 'refused';
    this.#refusal = refusal;
    this.#parts.log('warn', 'a fault was refused', { fault: this.active.name, namespace: this.#namespace, refusal });
    this.active.end('failed');
    this.#unwantServices();
    this.#touch();
  }

  #takeSlots(count: number | undefined, selected = 0): void {
    if (count === undefined) return;
    const { api, namespace, identity, clock, log } = this.#parts;
    this.#slots = createSlots({
      ...{ api, namespace, fault: this.#reference, count, identity, clock, log, signal: this.#lifetime.signal },
      crowd: Math.max(count, selected),
      podName: (uid) => this.#parts.targets.all.find(({ pod }) => pod === uid)?.place?.pod,
      onChange: () => {
        this.active.withdraw((target) => !this.#slots?.holds(target.pod ?? ''));
        this.deliver();
      },
    });
  }

  #watchLease(): void {
    const { leaseName: name } = this.resource.spec;
    if (name === undefined) return;
    const { api, clock } = this.#parts;
    const signal = AbortSignal.any([this.#lifetime.signal, this.#acting.signal]);
    watchOwnerLease({
      ...{ api, namespace: this.#namespace, name, clock, signal },
      onLapsed: () => this.end('lease'),
    });
  }

  #choose(fitting: readonly ConnectedTarget[]): ConnectedTarget[] {
    if (this.#parts.isCutOff()) return [];
    const slots = this.#slots;
    if (slots === undefined) return [...fitting];
    const seed = this.resource.spec.seed ?? 1;
    const order = (pod: string) => createHash('sha256').update(`${seed}:${pod}`).digest('hex');
    const pods = new Map(fitting.map(({ pod = '', place }) => [pod, order(place?.pod ?? pod)]));
    // A pod that was to be ended stays the one that was hit, also when it is gone.
    const hit = this.active.once ? [...slots.held, ...this.#formerlyHit()] : [];
    const ordered = [...pods].sort(([, a], [, b]) => (a < b ? -1 : 1)).map(([pod]) => pod);
    slots.want([...new Set([...hit, ...ordered])]);
    return fitting.filter(({ pod = '' }) => slots.holds(pod));
  }

  #formerlyHit(): string[] {
    return [...this.#former.values()]
      .filter(({ target }) => target.pulse !== undefined)
      .map(({ target }) => target.podUid);
  }

  /** A slot goes back when its pod has surely reverted; that of a pod that was to be ended only with the fault. */
  #releaseSlots(): void {
    if (this.#slots === undefined || (this.active.once && !this.isEnded)) return;
    const reached = this.active.reached;
    for (const pod of this.#slots.held) {
      const there = reached.filter(({ target }) => target.pod === pod);
      const isOver = this.isEnded || there.every(({ state }) => state === 'lost');
      if (isOver && there.every(({ recovered }) => recovered)) void this.#slots.release(pod);
    }
  }

  #heedCutOff(): void {
    const isCutOff = this.#parts.isCutOff();
    if (isCutOff === this.#isCutOff) return;
    this.#isCutOff = isCutOff;
    if (isCutOff) this.active.withdraw(() => true);
    else this.deliver();
  }

  #isWaitingForFormer(): boolean {
    const now = this.#parts.clock.now();
    for (const { target, since } of this.#former.values())
      if (!target.recovered && now - since < certainlyRevertedMs) return true;
    return false;
  }

  #restore(known: readonly ReportedTarget[]): void {
    const since = this.#parts.clock.now();
    this.#isDirty = true;
    for (const target of known) {
      if (!this.#former.has(target.instance)) this.#former.set(target.instance, { target, since });
      if (target.pulse !== undefined) this.active.once?.restore(target.podUid, target.instance, target.pulse);
    }
  }

  #targets(): ReportedTarget[] {
    const reached = this.active.reached.map((one) => this.#reported(one));
    const here = new Set(reached.map(({ instance }) => instance));
    const now = this.#parts.clock.now();
    const former = [...this.#former.values()]
      .filter(({ target }) => !here.has(target.instance))
      .map(({ target, since }): ReportedTarget => {
        if (target.recovered) return target;
        return { ...target, state: 'lost', recovered: now - since >= certainlyRevertedMs };
      });
    return [...reached, ...former];
  }

  #reported({ target, state, recovered, reason, evidence }: Reached): ReportedTarget {
    const pulse = this.active.once?.pulseOf(target);
    return {
      pod: target.place?.pod ?? '',
      podUid: target.pod ?? '',
      ...(target.place?.container === undefined ? {} : { container: target.place.container }),
      pid: target.pid,
      instance: target.instance,
      ...(target.isMain ? {} : { thread: target.thread }),
      name: target.name,
      state,
      recovered,
      ...(reason === undefined ? {} : { reason }),
      ...(pulse === undefined ? {} : { pulse }),
      evidence,
    };
  }

  #snapshot(): Snapshot {
    return {
      targets: this.#targets(),
      ...(this.#endReason === undefined ? {} : { endReason: this.#endReason }),
      ...(this.#refusal === undefined ? {} : { refusal: this.#refusal }),
      isFinal: this.isRecovered,
    };
  }

  /** A node that has nothing to do with the fault writes nothing. */
  #touch(): void {
    if (this.#stage !== 'idle' && !this.#isBystander) this.#report.touch();
  }

  /**
   * Its processes fitted, but no slot was left for them, and now it is over for a reason that everyone sees on the object:
   * of a thousand nodes all but one would write, to say nothing, a report of a fault that is gone.
   */
  get #isBystander(): boolean {
    const isSeenByAll = ['ttl', 'stopped', 'deleted'].includes(this.#endReason ?? '');
    return isSeenByAll && !this.#report.isOnRecord && this.#refusal === undefined && this.#targets().length === 0;
  }

  get #reference() {
    return { uid: this.active.uid, name: this.active.name, namespace: this.#namespace };
  }
}

/** Injectors know nothing of the lever. */
const wireReason = (reason: ResourceEndReason): EndReason => (reason === 'lever' ? 'stopped' : reason);
