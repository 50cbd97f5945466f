import { type Effect, type EffectKind, type FaultSpec, pulseIndex } from '@pado/fault';
import type { ConnectedTarget } from './target.ts';

/** Effects that end the process. */
const endingKinds: readonly EffectKind[] = ['exit', 'kill', 'throw', 'reject'];

/** Whether an effect ends the process, or may: without its guard a resource effect takes what the limit kills for. */
const mayEnd = (effect: Effect): boolean =>
  endingKinds.includes(effect.kind) || ('allowKill' in effect && effect.allowKill === true);

/** Who bears the fault: a pod, which outlives its processes, or else a process. */
const holderOf = ({ pod, instance }: ConnectedTarget): string => pod ?? instance;

/**
 * Keeps a fault that ends processes from becoming a crash loop: a pod is armed at most once per pulse, however often its
 * processes come back. A process without a pod that came after the fault may be one that the fault has ended: it never
 * joins.
 */
export class Once {
  readonly #spec: FaultSpec;
  readonly #instances: ReadonlySet<string>;
  /** The last pulse in which each holder may have been hit. */
  readonly #spent = new Map<string, number>();
  /** Process starts that an earlier agent had armed: they are still the ones that were hit. */
  readonly #resumable = new Set<string>();

  constructor(spec: FaultSpec, present: readonly ConnectedTarget[]) {
    this.#spec = spec;
    this.#instances = new Set(present.map(({ instance }) => instance));
  }

  /** The rule for a fault, or undefined for one whose targets go on living. */
  static for(spec: FaultSpec, present: readonly ConnectedTarget[]): Once | undefined {
    return spec.effects.some(mayEnd) ? new Once(spec, present) : undefined;
  }

  /** How many bear the fault, gone ones included: nobody takes their place. */
  get holders(): number {
    return this.#spent.size;
  }

  isHolder(target: ConnectedTarget): boolean {
    return this.#spent.has(holderOf(target));
  }

  /** Whether a process that this fault has not reached yet may be armed. */
  mayArm(target: ConnectedTarget, elapsedMs: number): boolean {
    if (this.#resumable.has(target.instance)) return true;
    if (target.pod === undefined) return this.#instances.has(target.instance);
    const spent = this.#spent.get(target.pod);
    return spent === undefined || spent < Math.max(0, pulseIndex(this.#spec, elapsedMs));
  }

  /** The last pulse in which its pod may have been hit; undefined when it was not. */
  pulseOf(target: ConnectedTarget): number | undefined {
    return this.#spent.get(holderOf(target));
  }

  /** What an earlier agent of this node had on record. */
  restore(pod: string, instance: string, pulse: number): void {
    this.#resumable.add(instance);
    this.#spent.set(pod, Math.max(pulse, this.#spent.get(pod) ?? pulse));
  }

  /** It will be hit in this pulse, the first one when none has begun. */
  onArm(target: ConnectedTarget, elapsedMs: number): void {
    this.#spent.set(holderOf(target), Math.max(0, pulseIndex(this.#spec, elapsedMs)));
  }

  /** It may have been hit until now, in a later pulse than it was armed in; one that left before the first was not. */
  onLost(target: ConnectedTarget, elapsedMs: number): void {
    this.#spent.set(holderOf(target), pulseIndex(this.#spec, elapsedMs));
  }
}
