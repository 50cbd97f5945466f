import type { Mishaps } from '@pado/fault';
import { Counter, Gauge, Registry } from 'prom-client';
import type { Faults } from './fault-book.ts';
import type { ConnectedTarget } from './target.ts';
import type { Targets } from './targets.ts';

export interface AgentMetrics {
  readonly registry: Registry;
  /** Adds what a process reports beyond what it had reported before; totals never fall. */
  readonly onEvidence: (fault: string, target: ConnectedTarget, before: Totals, after: Totals, kind: string) => void;
  readonly onDropped: () => void;
  /** What injectors say of themselves, beyond what they had said. */
  readonly onMishaps: (before: Partial<Mishaps>, after: Partial<Mishaps>) => void;
}

/** The counts of one effect in one process. */
export interface Totals {
  readonly matched: number;
  readonly applied: number;
  /** Seconds; undefined where the dose is no delay. */
  readonly delay?: { readonly samples: number; readonly requested: number; readonly delivered: number } | undefined;
}

export function createMetrics(
  book: Faults,
  targets: Targets,
  { namespaced = false }: { readonly namespaced?: boolean } = {},
): AgentMetrics {
  const registry = new Registry();
  const registers = [registry];
  const labelNames = [...(namespaced ? ['namespace'] : []), 'fault', 'target', 'kind'];
  const counter = (name: string, help: string) => new Counter({ name, help, labelNames, registers });
  const applied = counter('pado_fault_applied_total', 'Requests that were hit, or resource effects that took hold.');
  const matched = counter('pado_fault_matched_total', 'Requests that fitted the match, hit or not.');
  const delivered = counter('pado_fault_delay_seconds_sum', 'Delay that was delivered.');
  const delays = counter('pado_fault_delay_seconds_count', 'Delays that were delivered in full.');
  const requested = counter('pado_fault_requested_delay_seconds_sum', 'Delay that was requested of those.');
  const dropped = new Counter({
    name: 'pado_channel_dropped_messages_total',
    help: 'Messages of injectors that made no sense.',
    registers,
  });
  const mishaps = new Counter({
    name: 'pado_injector_mishaps_total',
    help: 'Messages that injectors dropped, and errors of theirs that they kept from their hosts.',
    labelNames: ['what'],
    registers,
  });
  new Gauge({
    name: 'pado_faults_active',
    help: 'Faults that have not ended.',
    registers,
    collect() {
      this.set(book.active.length);
    },
  });
  new Gauge({
    name: 'pado_targets_connected',
    help: 'Processes with an injector that are connected.',
    registers,
    collect() {
      this.set(targets.all.length);
    },
  });
  return {
    registry,
    onEvidence(fault, target, before, after, kind) {
      const place = namespaced ? { namespace: target.place?.namespace ?? '' } : {};
      const labels = { ...place, fault, target: target.name, kind };
      applied.inc(labels, Math.max(0, after.applied - before.applied));
      matched.inc(labels, Math.max(0, after.matched - before.matched));
      if (after.delay === undefined) return;
      delivered.inc(labels, Math.max(0, after.delay.delivered - (before.delay?.delivered ?? 0)));
      delays.inc(labels, Math.max(0, after.delay.samples - (before.delay?.samples ?? 0)));
      requested.inc(labels, Math.max(0, after.delay.requested - (before.delay?.requested ?? 0)));
    },
    onDropped: () => dropped.inc(),
    onMishaps(before, after) {
      for (const what of ['dropped', 'swallowed'] as const)
        mishaps.inc({ what }, Math.max(0, (after[what] ?? 0) - (before[what] ?? 0)));
    },
  };
}
