/** Where faults take effect: the processes of one machine, or the pods of a namespace. Types only. */
import type { Effect, PortOf } from './effects.ts';

export type Labels = Readonly<Record<string, string>>;

export interface Target {
  readonly name: string;
  readonly labels: Labels;
}

export interface Spec {
  readonly target: {
    readonly selector: { readonly matchLabels: Labels };
    readonly mode?: string;
    readonly value?: number;
  };
  readonly ttl: string;
  readonly seed?: number;
  readonly leaseName?: string;
  readonly effects: readonly Effect[];
}

/** How a fault is doing. */
export interface Progress {
  readonly phase: 'Pending' | 'Injected' | 'Ended';
  /** Why it ended; `ttl` in good order. */
  readonly endReason?: string;
  readonly isRecovered: boolean;
  /** Why nobody is armed, as far as it is known. */
  readonly reasons: readonly string[];
  readonly matched: number;
  readonly applied: number;
}

export interface Service {
  readonly labels: Labels;
  readonly portOf: PortOf;
}

export interface Place {
  /** For messages. */
  readonly name: string;
  /** What a target is there: process or pod. */
  readonly noun: string;
  /** All that could be hit. */
  readonly targets: () => readonly Target[];
  readonly service: (name: string) => Service;
  readonly create: (name: string, spec: Spec) => void;
  readonly progress: (name: string) => Progress;
  /** Names of the targets that a fault which ends processes has hit and that are gone. */
  readonly gone: (name: string) => readonly string[];
  readonly remove: (name: string) => void;
  /** Absent where a fault of a killed k6 ends by its ttl alone. */
  readonly lease?: {
    readonly renew: (name: string, durationMs: number) => void;
    readonly release: (name: string) => void;
  };
}
