import type { Metrics } from '../metrics.ts';
import { CircuitBreaker, type Permit } from '../resilience/breaker.ts';
import type { BreakerPolicy } from '../resilience/policy.ts';
import type { Instance, Instances, Wish } from './instances.ts';
import { PeerError } from './peer-error.ts';

interface Options {
  readonly peer: string;
  readonly instances: Pick<Instances, 'pick'>;
  /** How many instances there are. */
  readonly size: number;
  readonly metrics: Metrics;
  readonly clock?: (() => number) | undefined;
  readonly random?: (() => number) | undefined;
}

export interface Way {
  readonly instance: Instance;
  /** To be ended with the attempt's outcome; undefined where no breaker is in force. */
  readonly permit: Permit | undefined;
}

/** The breakers of one peer, one for all or one an instance; chooses an instance that may be called. */
export class PeerBreakers {
  readonly #options: Options;
  readonly #breakers = new Map<string, CircuitBreaker>();

  constructor(options: Options) {
    this.#options = options;
  }

  /** An instance that may be called; throws the breaker's refusal when there is none. */
  choose(policy: BreakerPolicy | undefined, wish: Wish): Way {
    const { peer, instances, size } = this.#options;
    if (policy === undefined) {
      this.#forget(() => true);
      return { instance: instances.pick(wish), permit: undefined };
    }
    const perInstance = policy.scope === 'instance';
    this.#forget((label) => (label === everyInstance) === perInstance);
    let instance = instances.pick(wish);
    // Another replica does as well; another shard has not got the data.
    const others = perInstance && wish.shardKey === undefined ? size - 1 : 0;
    for (let tried = 0; ; tried++) {
      const permit = this.#breaker(perInstance ? String(instance.index) : everyInstance).enter(policy);
      if (permit !== undefined) return { instance, permit };
      if (tried >= others) throw new PeerError(peer, 'breaker');
      instance = instances.pick({ not: instance });
    }
  }

  #breaker(label: string): CircuitBreaker {
    const known = this.#breakers.get(label);
    if (known !== undefined) return known;
    const { peer, metrics, clock, random } = this.#options;
    // Calls in flight end on a breaker that may be forgotten by then: it must not show any more.
    const onState = (state: number) => {
      if (made === undefined || this.#breakers.get(label) === made)
        metrics.breakerState.set({ peer, instance: label }, state);
    };
    let made: CircuitBreaker | undefined;
    made = new CircuitBreaker({ name: peer, onState, clock, random });
    this.#breakers.set(label, made);
    return made;
  }

  /** What is no longer in force must not show as open, nor be open when it comes back. */
  #forget(isObsolete: (label: string) => boolean): void {
    for (const label of this.#breakers.keys()) {
      if (!isObsolete(label)) continue;
      this.#breakers.delete(label);
      this.#options.metrics.breakerState.remove({ peer: this.#options.peer, instance: label });
    }
  }
}

const everyInstance = '*';
