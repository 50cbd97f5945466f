import { createHash } from 'node:crypto';
import { apiVersion, type FaultReport, keys, type ReportedTarget } from '@pado/fault';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { isStatus, type KubeApi } from './api/kube-api.ts';

/** Changes of states are written after this pause, so that many at once are one write. */
const settleMs = 50;
/** Counts alone are written this often, and looked at this often for whether there is more to it. */
const countsEveryMs = 2_000;
/** Or less often, by so many times what a write took: of a thousand nodes whose API server is at its limit, none insists. */
const timesAWrite = 20;
const lookEveryMs = 250;
/** A sign of life for readers, while the fault lasts and nothing else changes. */
const renewEveryMs = 5_000;
const retryMs = { first: 200, most: 5_000 };

export interface Snapshot extends Pick<FaultReport, 'endReason' | 'refusal' | 'targets'> {
  /** Nothing will change any more: the last write. */
  readonly isFinal: boolean;
}

export interface ReportWriterOptions {
  readonly api: KubeApi;
  readonly fault: { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly node: string;
  readonly snapshot: () => Snapshot;
  /** What is on record from others or from an earlier agent of this node that the snapshot does not know. */
  readonly onForeign: (targets: readonly ReportedTarget[]) => void;
  readonly clock: Clock;
  readonly log: Log;
  /** Ends all writing, the waiting one too. */
  readonly signal: AbortSignal;
}

/** One a node; both parts may be long. */
export function reportName(fault: string, node: string): string {
  const name = `${fault}.${node}`;
  return name.length <= 253 ? name : `${fault}.${createHash('sha256').update(node).digest('hex').slice(0, 32)}`;
}

export const reportsPath = (namespace: string): string =>
  `/apis/${apiVersion}/namespaces/${encodeURIComponent(namespace)}/faultreports`;

/** Keeps this node's report of one fault: what was chosen is on record before it is armed. */
export class ReportWriter {
  readonly #options: ReportWriterOptions;
  readonly #path: string;
  #resourceVersion: string | undefined;
  #writtenAt = Number.NEGATIVE_INFINITY;
  #writtenStates = '';
  /** How long the last write took. */
  #tookMs = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #dueAt = Number.POSITIVE_INFINITY;
  /** The timer is a pause after a failure: what has changed waits with the rest. */
  #isPausing = false;
  #isWriting = false;
  #isTouched = false;
  #isFinished = false;
  #waiting: (() => void)[] = [];

  constructor(options: ReportWriterOptions) {
    this.#options = options;
    const { fault, node } = options;
    this.#path = `${reportsPath(fault.namespace)}/${reportName(fault.name, node)}`;
    options.signal.addEventListener('abort', () => clearTimeout(this.#timer), { once: true });
  }

  /** There is a report of this node, this agent's or one that it found. */
  get isOnRecord(): boolean {
    return this.#resourceVersion !== undefined;
  }

  /** What an earlier agent of this node left. @throws KubeError */
  async load(): Promise<void> {
    try {
      this.#know(await this.#options.api.request<FaultReport>('GET', this.#path));
    } catch (error) {
      if (!isStatus(error, 404)) throw error;
    }
  }

  /** Runs once what the snapshot says now has been written. */
  afterWrite(run: () => void): void {
    this.#waiting.push(run);
    this.#schedule(0);
  }

  /** Something has changed: it is written soon, and much of it at once. */
  touch(): void {
    this.#isTouched = true;
    this.#schedule(Math.max(settleMs, this.#lookedAt + lookEveryMs - this.#options.clock.now()));
  }

  /** The earlier of two times holds. */
  #schedule(inMs: number): void {
    if (this.#isWriting || (this.#isPausing && inMs > 0)) return;
    if (this.#options.clock.now() + inMs < this.#dueAt) this.#start(inMs);
  }

  #start(inMs: number, failures = 0): void {
    const { signal, clock } = this.#options;
    if (signal.aborted || this.#isFinished) return;
    clearTimeout(this.#timer);
    this.#dueAt = clock.now() + inMs;
    this.#isPausing = failures > 0;
    this.#timer = setTimeout(() => {
      this.#dueAt = Number.POSITIVE_INFINITY;
      this.#isPausing = false;
      void this.#turn(failures);
    }, inMs);
  }

  async #turn(failures = 0): Promise<void> {
    const { clock, log, snapshot, fault } = this.#options;
    const now = snapshot();
    this.#isTouched = false;
    const states = JSON.stringify([
      now.endReason,
      now.refusal,
      now.targets.map(({ instance, state, recovered, pulse }) => [instance, state, recovered, pulse]),
    ]);
    const sinceMs = clock.now() - this.#writtenAt;
    const countsMs = Math.min(renewEveryMs, Math.max(countsEveryMs, this.#tookMs * timesAWrite));
    if (this.#waiting.length === 0 && states === this.#writtenStates && sinceMs < countsMs && !now.isFinal) {
      this.#lookedAt = clock.now();
      return this.#schedule(Math.ceil(countsMs - sinceMs));
    }
    const waiting = this.#waiting.splice(0);
    this.#isWriting = true;
    const sentAt = clock.now();
    try {
      await this.#write(now);
      this.#writtenAt = clock.now();
      this.#tookMs = this.#writtenAt - sentAt;
      this.#writtenStates = states;
      this.#isFinished = now.isFinal;
      this.#isWriting = false;
      for (const run of waiting) run();
      if (this.#waiting.length > 0) this.#start(0);
      else this.#start(this.#isTouched ? settleMs : renewEveryMs);
    } catch (error) {
      this.#isWriting = false;
      this.#waiting.unshift(...waiting);
      // The namespace or the kind itself is gone: there is nobody left to report to.
      const isHopeless = now.endReason !== undefined && (isStatus(error, 404) || isStatus(error, 403));
      if (isHopeless || this.#options.signal.aborted) return;
      if (failures % 10 === 0)
        log('warn', 'the report could not be written', { fault: fault.name, error: (error as Error).message });
      const ms = Math.min(retryMs.most, retryMs.first * 2 ** failures) * (0.5 + Math.random() / 2);
      this.#start(ms, isStatus(error, 409) ? 1 : failures + 1);
    }
  }

  async #write({ isFinal: _, ...content }: Snapshot): Promise<void> {
    const { api, fault, node } = this.#options;
    const body = {
      apiVersion,
      kind: 'FaultReport',
      metadata: {
        name: reportName(fault.name, node),
        namespace: fault.namespace,
        labels: { [keys.faultUid]: fault.uid },
        // Collected together with its fault; it never keeps the fault from going.
        ownerReferences: [{ apiVersion, kind: 'Fault', name: fault.name, uid: fault.uid, blockOwnerDeletion: false }],
        ...(this.#resourceVersion === undefined ? {} : { resourceVersion: this.#resourceVersion }),
      },
      fault: { name: fault.name, uid: fault.uid },
      node,
      renewTime: microTime(new Date()),
      ...content,
    };
    const isNew = this.#resourceVersion === undefined;
    try {
      const { metadata } = await api.request<FaultReport>(
        isNew ? 'POST' : 'PUT',
        isNew ? reportsPath(fault.namespace) : this.#path,
        { body },
      );
      this.#resourceVersion = metadata.resourceVersion;
    } catch (error) {
      if (isStatus(error, 404) && !isNew) this.#resourceVersion = undefined;
      // Another agent of this node has written: during an upgrade there are two for a moment.
      if (isStatus(error, 409)) await this.load();
      throw error;
    }
  }

  #know(report: FaultReport): void {
    const { fault, onForeign } = this.#options;
    this.#resourceVersion = report.metadata.resourceVersion;
    // A fault of the same name that was deleted: its report is overwritten.
    if (report.fault?.uid === fault.uid) onForeign(report.targets ?? []);
  }
}

/** As metav1.MicroTime wants it. */
export const microTime = (at: Date): string => at.toISOString().replace(/Z$/, '000Z');
