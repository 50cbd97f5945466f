import { createSlots, type Slots } from '../../../../../../agent/daemon/src/kubernetes/leases/slots.ts';
import { type FakeServer, fakeApi, fastNetwork, type Network } from './fake-api.ts';
import { Process, World } from './world.ts';

/** A target's own dead-man's time after the last word of its agent. */
const deadManMs = 5_000;
const heartbeatMs = 1_000;
const silentRevertMs = 5_250;

export const fault = { uid: 'f-1', name: 'slow', namespace: 'shop' };

/**
 * One process of an agent with its targets, as the agent uses slots: whom it holds a slot for is armed, whom it does not
 * is suspended at once, and each heartbeat keeps what is armed for 5 s. `isMute`: its words do not reach the targets.
 */
export class Agent {
  readonly process: Process;
  readonly network: Network;
  readonly slots: Slots;
  readonly identity: string;
  /** Until when each pod may act on what this process told it. */
  readonly armedUntil = new Map<string, number>();
  isMute = false;
  readonly #world: World;
  readonly #stop = new AbortController();
  #pods: readonly string[];

  constructor(
    world: World,
    server: FakeServer,
    options: { identity: string; pods: readonly string[]; count: number; seed: number; crowd?: number },
  ) {
    const { identity, pods, count, seed, crowd = count } = options;
    this.identity = identity;
    this.#world = world;
    this.#pods = pods;
    this.process = new Process(world);
    const random = World.random(seed);
    this.network = { ...fastNetwork(), delayMs: () => 2 + 20 * random() };
    const { clock, scheduler } = this.process;
    this.slots = createSlots({
      ...{ api: fakeApi(world, server, this.process, this.network), namespace: 'pado', fault, count, identity },
      ...{ clock, scheduler, random, signal: this.#stop.signal },
      ...{ crowd, log: () => {} },
      onChange: () => this.#tell(),
    });
    this.slots.want(pods);
    scheduler.after(heartbeatMs * random(), () => this.#beat());
  }

  get pods(): readonly string[] {
    return this.#pods;
  }

  /** Other targets: those that are no longer wanted are told to revert, and released once they certainly have. */
  want(pods: readonly string[]): void {
    if (this.process.isDead) return;
    const gone = this.#pods.filter((pod) => !pods.includes(pod));
    this.#pods = pods;
    this.slots.want(pods);
    this.#tell();
    for (const pod of gone) this.process.scheduler.after(this.isMute ? silentRevertMs : 20, () => this.#release(pod));
  }

  /** It stops without a word, as by SIGKILL. */
  kill(): void {
    this.process.kill();
  }

  #release(pod: string): void {
    if (this.#pods.includes(pod) || (this.armedUntil.get(pod) ?? 0) > this.#world.now) return;
    void this.slots.release(pod);
  }

  #beat(): void {
    this.slots.check();
    this.#tell();
    this.process.scheduler.after(heartbeatMs, () => this.#beat());
  }

  #tell(): void {
    if (this.isMute) return;
    for (const pod of new Set([...this.#pods, ...this.armedUntil.keys()])) {
      const isMeant = this.#pods.includes(pod) && this.slots.holds(pod);
      if (isMeant) this.armedUntil.set(pod, this.#world.now + deadManMs);
      else this.armedUntil.delete(pod);
    }
  }
}

/** Pods that act at this moment, whoever told them to. */
export function armedPods(world: World, agents: readonly Agent[]): Set<string> {
  const armed = new Set<string>();
  for (const { armedUntil } of agents) for (const [pod, until] of armedUntil) if (until > world.now) armed.add(pod);
  return armed;
}
