import { type AgentMessage, type EffectEvidence, nameLabel, type TargetState, type TargetStatus } from '@pado/fault';

/** What a fault knows of one process that it reached. */
export interface Reach {
  state: TargetState | 'pending' | 'lost';
  reason?: string;
  evidence: readonly EffectEvidence[];
}

/** A process with an injector. It stays the same target while its instance reconnects. */
export class ConnectedTarget {
  /** Unique here and for people: the name and the pid. */
  readonly id: string;
  readonly instance: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly pid: number;
  readonly node: string;
  /** Order of arrival among targets of the same name; with the seed it decides who is chosen. */
  readonly rank: number;
  ports: readonly number[];
  #send: (message: AgentMessage) => void;

  constructor(
    hello: {
      instance: string;
      labels: Readonly<Record<string, string>>;
      pid: number;
      node: string;
      ports: readonly number[];
    },
    rank: number,
  ) {
    this.instance = hello.instance;
    this.labels = hello.labels;
    this.pid = hello.pid;
    this.node = hello.node;
    this.ports = hello.ports;
    this.rank = rank;
    this.id = `${this.name}-${hello.pid}`;
    this.#send = () => {};
  }

  get name(): string {
    return this.labels[nameLabel] ?? 'unnamed';
  }

  attach(send: (message: AgentMessage) => void): void {
    this.#send = send;
  }

  send(message: AgentMessage): void {
    this.#send(message);
  }

  get status(): TargetStatus {
    const { id: target, name, labels, pid, node, ports } = this;
    return { target, name, labels, pid, node, ports };
  }
}
