import { createHash } from 'node:crypto';
import { apiVersion, type FaultReport, keys, type ReportedTarget } from '@pado/fault';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { isStatus, type KubeApi } from './api/kube-api.ts';

/** Changes of states are written after this pause, so that many at once are one write. */
const settleMs = 50;
/** Counts alone are written this often. */
const countsEveryMs = 2_000;
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
  #timer: NodeJS.Timeout | undefined;
  #isWriting = false;
  #isFinished = false;
  #waiting: (() => void)[] = [];

  constructor(options: ReportWriterOptions) {
    this.#options = options;
    const { fault, node } = options;
    this.#path = `${reportsPath(fault.namespace)}/${reportName(fault.name, node)}`;
    options.signal.addEventListener('abort', () => clearTimeout(this.#timer), { once: true });
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
    this.#schedule(settleMs);
  }

  #schedule(inMs: number): void {
    const { signal } = this.#options;
    if (signal.aborted || this.#isFinished || this.#isWriting || (this.#timer !== undefined && inMs > 0)) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#turn();
    }, inMs);
  }

  async #turn(failures = 0): Promise<void> {
    const { clock, log, snapshot, fault } = this.#options;
    const now = snapshot();
    const states = JSON.stringify([
      now.endReason,
      now.refusal,
      now.targets.map(({ instance, state, recovered, pulse }) => [instance, state, recovered, pulse]),
    ]);
    const sinceMs = clock.now() - this.#writtenAt;
    if (this.#waiting.length === 0 && states === this.#writtenStates && sinceMs < countsEveryMs && !now.isFinal)
      return this.#schedule(Math.ceil(countsEveryMs - sinceMs));
    const waiting = this.#waiting.splice(0);
    this.#isWriting = true;
    try {
      await this.#write(now);
      this.#writtenAt = clock.now();
      this.#writtenStates = states;
      this.#isFinished = now.isFinal;
      this.#isWriting = false;
      for (const run of waiting) run();
      if (this.#waiting.length > 0) this.#schedule(0);
      else this.#later();
    } catch (error) {
      this.#isWriting = false;
      this.#waiting.unshift(...waiting);
      // The namespace or the kind itself is gone: there is nobody left to report to.
      const isHopeless = now.endReason !== undefined && (isStatus(error, 404) || isStatus(error, 403));
      if (isHopeless || this.#options.signal.aborted) return;
      if (failures % 10 === 0)
        log('warn', 'the report could not be written', { fault: fault.name, error: (error as Error).message });
      const ms = Math.min(retryMs.most, retryMs.first * 2 ** failures) * (0.5 + Math.random() / 2);
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        void this.#turn(isStatus(error, 409) ? 0 : failures + 1);
      }, ms);
    }
  }

  #later(): void {
    if (this.#isFinished || this.#options.signal.aborted) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#turn();
    }, renewEveryMs);
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
