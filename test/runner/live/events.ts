import type { ProbeResult, RunEvent } from '../../../runner/src/contracts.ts';
import { initial, type LiveState, reduce } from '../../../runner/src/live/state.ts';
import { faultStatus, flooded, graph, slowPayments } from '../../fixtures/journals/slow-payments.ts';

export const [naive] = slowPayments();

export const started: RunEvent = {
  type: 'started',
  id: 'run-1',
  title: 'Payments answer late',
  policies: 'naive',
  directory: '.pado/runs/run-1',
};
export const experiment: RunEvent = {
  type: 'phase',
  phase: 'experiment',
  durationMs: 25_000,
  text: 'payments are late',
};
export const flood: RunEvent = { type: 'graph', graph: graph(0, flooded, 16, 118) };
export const pending: RunEvent = { type: 'fault', status: faultStatus(0, 'Pending') };
export const injected: RunEvent = { type: 'fault', status: faultStatus(118, 'Injected') };
export const ended: RunEvent = { type: 'fault', status: faultStatus(203) };
export const probes: readonly RunEvent[] = naive.pado.probes
  .filter(({ window }) => window === 'during')
  .map((result) => ({ type: 'probe', result }));
export const finished: RunEvent = {
  type: 'finished',
  journal: naive,
  journalFile: 'journal.json',
  reportFile: 'report.html',
};

/** A look at a probe of the window `during`. */
export const look = (met: boolean | null, more: Partial<ProbeResult> = {}): RunEvent => ({
  type: 'look',
  atMs: 0,
  result: { ...{ name: 'front', window: 'during', value: met ? 200 : 503, expected: 'status 200', met }, ...more },
});
export const activity = (
  name: string,
  state: 'started' | 'succeeded' | 'failed' | 'skipped',
  more: { readonly background?: boolean; readonly error?: string } = {},
): RunEvent => ({ type: 'activity', name, state, ...more });
export const stop: RunEvent = {
  type: 'stop',
  stop: { name: 'too many errors', reason: '12% of requests fail, at most 5% may', atMs: 0 },
};

/** The state after events that all came at second 1. */
export const after = (...events: readonly RunEvent[]): LiveState =>
  events.reduce((state, event) => reduce(state, event, 1_000), initial);
