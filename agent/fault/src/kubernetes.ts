/**
 * Faults as resources of Kubernetes: names that the agent, the charts and the runner share, and what the objects hold.
 * The spec of a `Fault` is the same as on one machine; one `FaultReport` a node holds what became of it there.
 */
import type { EffectEvidence, EndReason, TargetState } from './protocol.ts';
import { apiVersion, type FaultSpec } from './schema.ts';

export const apiGroup = 'pado.dev';
export const apiGroupVersion = apiVersion;

/** Who may use a projected token: the audience that pods ask for and the agent checks. */
export const tokenAudience = 'pado';

/** Labels and annotations. */
export const keys = {
  /** Label of a pod (or, to publish the CA ahead of any pod, of a namespace) with injection: `enabled`. */
  inject: 'pado.dev/inject',
  /** Label of what belongs to a fault: its uid. */
  faultUid: 'pado.dev/fault-uid',
  /** Label of the Leases that hold slots; those of runs have none. */
  slot: 'pado.dev/slot',
  /** In PADO_LABELS: the container that the process runs in. */
  container: 'pado.dev/container',
  /** Annotations of a Namespace that cap the blast radius there; the stricter of these and the agent's own wins. */
  maxTargets: 'pado.dev/max-targets',
  maxPercentage: 'pado.dev/max-percentage',
  forbiddenKinds: 'pado.dev/forbidden-kinds',
} as const;

/** Objects with fixed names. */
export const names = {
  /** ConfigMap in each namespace with injection; its key `ca.crt` holds the certificates that the agent is trusted by. */
  caBundle: 'pado-agent-ca',
  caBundleKey: 'ca.crt',
  /** Secret in the agent's namespace: the CA's key. */
  caSecret: 'pado-agent-ca-key',
  /** ConfigMap in the agent's namespace: safetyLever, maxTargets, maxPercentage, forbiddenKinds. */
  limits: 'pado-limits',
  /** Lease in the agent's namespace: the agent that sums reports into status. */
  leader: 'pado-agent-leader',
} as const;

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly generation?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly {
    readonly apiVersion: string;
    readonly kind: string;
    readonly name: string;
    readonly uid: string;
  }[];
}

/** Refused: a cap, the safety lever or a name that does not exist forbids it; nothing was armed. */
export type ResourcePhase = 'Pending' | 'Injected' | 'Ended' | 'Refused';

/** lever: the safety lever was engaged. */
export type ResourceEndReason = EndReason | 'lever';

export type ConditionType = 'Selected' | 'AllInjected' | 'AllRecovered';

/** A condition as in metav1. */
export interface Condition {
  readonly type: ConditionType;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number;
}

export interface FaultResource {
  readonly apiVersion: typeof apiVersion;
  readonly kind: 'Fault';
  readonly metadata: ObjectMeta;
  readonly spec: FaultSpec;
  readonly status?: FaultResourceStatus;
}

/** For people and for `kubectl get`; nothing that matters for safety depends on it. */
export interface FaultResourceStatus {
  readonly phase: ResourcePhase;
  readonly endReason?: ResourceEndReason;
  /** A sentence. */
  readonly message: string;
  /** Such as `latency 2s` or `latency 2s, error 503`. */
  readonly effect: string;
  /** Such as `app.kubernetes.io/name=payments`. */
  readonly target: string;
  /** Pods that selector and mode choose; those that were reached; that are in force; that have reverted. */
  readonly selected: number;
  readonly reached: number;
  readonly injected: number;
  readonly recovered: number;
  /** `injected/selected`, for the printer. */
  readonly pods: string;
  readonly matched: number;
  readonly applied: number;
  /** Mean doses of the first effect that has one, such as `2s` and `2.0006s`. */
  readonly requested?: string;
  readonly delivered?: string;
  readonly conditions: readonly Condition[];
  readonly evidence: readonly EffectEvidence[];
  readonly observedGeneration?: number;
}

/** What became of a fault on one node. Owned by its Fault, written by that node's agent alone. */
export interface FaultReport {
  readonly apiVersion: typeof apiVersion;
  readonly kind: 'FaultReport';
  readonly metadata: ObjectMeta;
  readonly fault: { readonly name: string; readonly uid: string };
  /** The node, or the agent's pod where agents are a Deployment. */
  readonly node: string;
  /** Set when this node's agent has ended the fault. */
  readonly endReason?: ResourceEndReason;
  /** Set when this node's agent has refused it: a sentence. */
  readonly refusal?: string;
  /** RFC 3339 with microseconds; renewed while the fault lasts, so that a reader sees whether the agent lives. */
  readonly renewTime: string;
  readonly targets: readonly ReportedTarget[];
}

export interface ReportedTarget {
  readonly pod: string;
  readonly podUid: string;
  readonly container?: string;
  readonly pid: number;
  /** One a process start. */
  readonly instance: string;
  /** Absent or 0: the main thread. */
  readonly thread?: number;
  readonly name: string;
  readonly state: TargetState | 'pending' | 'lost';
  /** Whether what the fault did has been undone there: said by the process, or certain by its dead-man's time. */
  readonly recovered: boolean;
  readonly reason?: string;
  /** The last pulse in which a fault that ends processes may have hit the pod. */
  readonly pulse?: number;
  readonly evidence: readonly EffectEvidence[];
}
