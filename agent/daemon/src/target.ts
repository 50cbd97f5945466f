import {
  type AgentMessage,
  type EffectEvidence,
  type Mishaps,
  nameLabel,
  type TargetState,
  type TargetStatus,
} from '@pado/fault';

/** What a fault knows of one process that it reached. */
export interface Reach {
  state: TargetState | 'pending' | 'lost';
  reason?: string;
  evidence: readonly EffectEvidence[];
}

/** Where a process is on Kubernetes, as its token and the API server say. */
export interface Place {
  readonly namespace: string;
  /** The pod's name. */
  readonly pod: string;
  readonly podUid: string;
  readonly container?: string;
}

/** A process with an injector. It stays the same target while its instance reconnects. */
export class ConnectedTarget {
  /** Unique here and for people: the name, the pid, and the number of a worker thread. */
  readonly id: string;
  readonly instance: string;
  labels: Readonly<Record<string, string>>;
  readonly pid: number;
  readonly node: string;
  /** The pod's uid, where there is one. */
  readonly pod: string | undefined;
  readonly place: Place | undefined;
  /** 0 is the main thread: it stands for the process, and its worker threads follow it. */
  readonly thread: number;
  /** Order of arrival among targets of the same name; with the seed it decides who is chosen. */
  readonly rank: number;
  ports: readonly number[];
  /** What its injector last said of itself. */
  mishaps: Partial<Mishaps> = {};
  #send: (message: AgentMessage) => void;
  #heard: () => void = () => {};

  constructor(
    hello: {
      instance: string;
      labels: Readonly<Record<string, string>>;
      pid: number;
      node: string;
      ports: readonly number[];
      pod?: string;
      thread?: number;
      place?: Place;
    },
    rank: number,
  ) {
    this.instance = hello.instance;
    this.labels = hello.labels;
    this.pid = hello.pid;
    this.node = hello.node;
    this.place = hello.place;
    this.pod = hello.place?.podUid ?? hello.pod;
    this.thread = hello.thread ?? 0;
    this.ports = hello.ports;
    this.rank = rank;
    const where = hello.place === undefined ? this.name : `${hello.place.pod}/${hello.place.container ?? 'app'}`;
    this.id = `${where}-${hello.pid}${this.isMain ? '' : `.${this.thread}`}`;
    this.#send = () => {};
  }

  get name(): string {
    return this.labels[nameLabel] ?? this.place?.pod ?? 'unnamed';
  }

  get isMain(): boolean {
    return this.thread === 0;
  }

  /** Whether both are threads of one process; a pid alone says so within one pod only. */
  isBeside(other: ConnectedTarget): boolean {
    const isSameContainer = this.place?.container === other.place?.container;
    return this.pid === other.pid && this.pod === other.pod && isSameContainer && this.name === other.name;
  }

  attach(send: (message: AgentMessage) => void, heard: () => void): void {
    this.#send = send;
    this.#heard = heard;
  }

  /** It has given a sign of life elsewhere than on its channel. */
  heard(): void {
    this.#heard();
  }

  send(message: AgentMessage): void {
    this.#send(message);
  }

  get status(): TargetStatus {
    const { id: target, name, labels, pid, node, ports } = this;
    return { target, name, labels, pid, node, ports };
  }
}
