import type { Address, TargetStatus } from '@pado/fault';
import { ConnectedTarget } from './target.ts';

type Hello = ConstructorParameters<typeof ConnectedTarget>[0];

/** The processes that are connected now. */
export class Targets {
  readonly #byInstance = new Map<string, ConnectedTarget>();
  #arrivals = 0;
  /** Grows whenever somebody comes, goes or changes labels. */
  version = 0;

  /** A reconnecting instance replaces its old connection and keeps its rank; a worker thread takes none. */
  add(hello: Hello): ConnectedTarget {
    const known = this.#byInstance.get(hello.instance)?.rank;
    const target = new ConnectedTarget(hello, known ?? (hello.thread ? this.#arrivals : this.#arrivals++));
    this.#byInstance.set(hello.instance, target);
    this.version += 1;
    return target;
  }

  /** Removes a target unless its instance has connected anew in the meantime. */
  remove(target: ConnectedTarget): boolean {
    this.version += 1;
    return this.#byInstance.get(target.instance) === target && this.#byInstance.delete(target.instance);
  }

  /** A pod's labels have changed. */
  relabel(pod: string, labels: Readonly<Record<string, string>>): void {
    for (const target of this.#byInstance.values()) if (target.pod === pod) target.labels = labels;
    this.version += 1;
  }

  get(instance: string): ConnectedTarget | undefined {
    return this.#byInstance.get(instance);
  }

  get all(): ConnectedTarget[] {
    return [...this.#byInstance.values()];
  }

  get names(): string[] {
    return [...new Set(this.all.map((target) => target.name))].sort();
  }

  get statuses(): TargetStatus[] {
    return this.all.map((target) => target.status);
  }

  /** Where a service is reached on this machine: every port that its processes listen on. */
  addressesOf(service: string): Address[] {
    return this.all
      .filter((target) => target.name === service)
      .flatMap((target) => target.ports.map((port) => ({ host: '*', port })));
  }
}
