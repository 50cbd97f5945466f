/** The typings of `../disruptor.ts`: the shape of xk6-disruptor 0.3, on Pado's agent. Durations are texts such as '30s'. */

export interface Labels {
  readonly [name: string]: string;
}

/** Which pods, or on one machine which processes. */
export interface PodSelector {
  /** Kubernetes only; default `default`. */
  readonly namespace?: string;
  /** Labels that all must be there; at least one. On one machine a process's name is `app.kubernetes.io/name`. */
  readonly select: { readonly labels: Labels };
  /** Those that have all of these labels are left out. */
  readonly exclude?: { readonly labels: Labels };
}

export interface DisruptorOptions {
  /** How long a fault may take until it is in force somewhere; default '30s'. */
  readonly injectTimeout?: string;
}

interface DelayFault {
  /** The port that the target listens on (of a ServiceDisruptor on Kubernetes: the Service's). Default: any. */
  readonly port?: number;
  /** Added to the real time of a request; default '0s'. */
  readonly averageDelay?: string;
  /** The delay is uniform in averageDelay ± this; at most averageDelay; default '0s'. */
  readonly delayVariation?: string;
  /** Share of the requests that are answered with an error, 0 to 1; default 0. */
  readonly errorRate?: number;
}

export interface HTTPFault extends DelayFault {
  /** The status of these errors, 400 to 599; required with an errorRate above 0. */
  readonly errorCode?: number;
  /** The body of these errors; default empty. */
  readonly errorBody?: string;
  /** Paths that are left alone, separated by commas: '/ping,/about'. */
  readonly exclude?: string;
}

export interface GrpcFault extends DelayFault {
  /** The gRPC status of these errors: 2, 7, 12, 13, 14 or 16; required with an errorRate above 0. */
  readonly statusCode?: number;
  /** Always refused: an answer with an HTTP status carries no message of gRPC. */
  readonly statusMessage?: string;
  /** Services that are left alone, by full name, separated by commas: 'grpc.health.v1.Health'. */
  readonly exclude?: string;
}

/** Taken for the sake of older scripts; there is no proxy here, so that it changes nothing. */
export interface ProtocolOptions {
  readonly proxyPort?: number;
}

export interface PodTerminationFault {
  /** How many, or a share of them such as '50%', rounded up. */
  readonly count: number | string;
}

export interface TerminationOptions {
  /** How long it may take until they are gone; default '10s'. */
  readonly timeout?: string;
}

export interface ProtocolFaultInjector {
  /**
   * Blocks for the duration. Throws for unknown fields, for what cannot be injected, when there is no target, and when
   * the fault ends before its time.
   */
  injectHTTPFaults(fault: HTTPFault, duration: string, options?: ProtocolOptions): void;
  /** Like `injectHTTPFaults`, for calls of gRPC that the targets receive. */
  injectGrpcFaults(fault: GrpcFault, duration: string, options?: ProtocolOptions): void;
}

export interface PodFaultInjector {
  /** Kills the main process of so many targets once, and waits until it is gone. Returns the names of those hit. */
  terminatePods(fault: PodTerminationFault, options?: TerminationOptions): string[];
}

export interface Disruptor extends ProtocolFaultInjector, PodFaultInjector {
  /** The names of pods, or of processes on one machine. Throws when there are none. */
  targets(): string[];
}
