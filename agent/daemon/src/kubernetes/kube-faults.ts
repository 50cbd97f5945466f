import { apiVersion, durationMs, type FaultResource, type ResourceEndReason } from '@pado/fault';
import type { ActiveFault } from '../active-fault.ts';
import type { Faults } from '../fault-book.ts';
import type { Informer } from './api/informer.ts';
import { KubeFault, type NodeParts } from './kube-fault.ts';

export const faultsPath = `/apis/${apiVersion}/faults`;
/** How often ttl, slots and silent processes are looked at. */
const tickMs = 200;
/** A deleted fault is remembered this long, for what its processes still have to say. */
const rememberMs = 10_000;

export interface KubeFaultsOptions extends NodeParts {
  readonly informer: Informer<FaultResource>;
  /** The API server's clock, Unix ms. */
  readonly serverNow: () => number | undefined;
  readonly signal: AbortSignal;
}

/** All Fault objects, as far as this agent acts on them. */
export class KubeFaults implements Faults {
  readonly #options: KubeFaultsOptions;
  /** By uid: a name may be used again. */
  readonly #faults = new Map<string, KubeFault>();
  readonly #deletedAt = new Map<string, number>();

  constructor(options: KubeFaultsOptions) {
    this.#options = options;
    const { informer, signal } = options;
    informer.on(({ type, object, isLive }) => {
      if (type === 'deleted') this.#delete(object.metadata.uid ?? '');
      else this.#take(object, isLive);
    });
    const timer = setInterval(() => this.#tick(), tickMs);
    signal.addEventListener(
      'abort',
      () => {
        clearInterval(timer);
        for (const fault of this.#faults.values()) fault.abandon();
      },
      { once: true },
    );
  }

  get all(): ActiveFault[] {
    return [...this.#faults.values()].map(({ active }) => active);
  }

  /** Those that have not ended; whoever delivers them goes through the rules of their object. */
  get active(): ActiveFault[] {
    return this.all.filter(({ ended }) => !ended);
  }

  byUid(uid: string): ActiveFault | undefined {
    return this.#faults.get(uid)?.active;
  }

  /** Time alone may have changed who holds a slot. */
  checkSlots(): void {
    for (const fault of this.#faults.values()) fault.checkSlots();
  }

  /** Addresses of a Service have changed. */
  readdress(namespace: string, service: string): void {
    for (const { active, resource } of this.#faults.values())
      if (resource.metadata.namespace === namespace && active.services.includes(service)) active.readdress();
  }

  /** The safety lever is engaged: everything ends. */
  endAll(reason: ResourceEndReason): void {
    for (const fault of this.#faults.values()) fault.end(reason);
  }

  #take(resource: FaultResource, isLive: boolean): void {
    const { uid = '' } = resource.metadata;
    const { spec, status } = resource;
    const known = this.#faults.get(uid);
    const over: ResourceEndReason | undefined =
      status?.phase === 'Ended' || status?.phase === 'Refused'
        ? (status.endReason ?? 'ttl')
        : spec.stopped === true
          ? 'stopped'
          : resource.metadata.deletionTimestamp !== undefined
            ? 'deleted'
            : undefined;
    if (known) {
      if (over) known.end(over);
      return;
    }
    // What ended before this agent came is over for good.
    if (over || this.#deletedAt.has(uid)) return;
    const elapsedMs = this.#ageOf(resource, isLive);
    if (elapsedMs >= durationMs(spec.ttl)) return;
    const fault = new KubeFault(resource, elapsedMs, this.#options);
    this.#faults.set(uid, fault);
    if (this.#options.limitsOf(resource.metadata.namespace ?? '').isLeverEngaged) fault.refuseByLever();
    else fault.deliver();
  }

  /**
   * By the API server's clock, whose timestamps are whole seconds: one that is seen as it is made counts as new; for one
   * that was there before the agent, the doubt shortens it, so that no ttl is outlived.
   */
  #ageOf({ metadata }: FaultResource, isLive: boolean): number {
    const now = this.#options.serverNow();
    const createdAt = Date.parse(metadata.creationTimestamp ?? '');
    if (now === undefined || !Number.isFinite(createdAt)) return 0;
    return Math.max(0, now - createdAt - (isLive ? 1_000 : 0));
  }

  #delete(uid: string): void {
    this.#faults.get(uid)?.end('deleted');
    this.#deletedAt.set(uid, this.#options.clock.now());
  }

  #tick(): void {
    for (const fault of this.#faults.values()) fault.tick();
    const now = this.#options.clock.now();
    for (const [uid, at] of this.#deletedAt) {
      if (now - at < rememberMs) continue;
      this.#deletedAt.delete(uid);
      this.#faults.get(uid)?.abandon();
      this.#faults.delete(uid);
    }
  }
}
