import type { Run } from '../../../../runner/src/commands/run/several.ts';
import type { Journal, PadoJournal, ProbeResult, Verdict } from '../../../../runner/src/contracts.ts';
import { faultStatus } from '../../../fixtures/journals/slow-payments.ts';

export const probe = (name: string, more: Partial<ProbeResult> = {}): ProbeResult => ({
  ...{ name, window: 'during', value: 0.2, unit: 's', expected: '< 0.5 s', met: true },
  ...more,
});

export function journal(verdict: Verdict, pado: Partial<PadoJournal> = {}, more: Partial<Journal> = {}): Journal {
  return {
    ...{ 'chaoslib-version': '1', platform: '', node: '', experiment: { title: 'Payments answer late' } },
    ...{ start: '2026-11-23T08:59:50.123Z', end: '2026-11-23T09:01:02.123Z', duration: 72, status: 'completed' },
    ...{ deviated: verdict === 'deviated', steady_states: { before: null, after: null, during: [] } },
    ...{ run: [], rollbacks: [], ...more },
    pado: {
      ...{ version: 1, id: 'run-1', verdict, reason: `it ${verdict}`, policies: 'naive', windows: {} },
      ...{ probes: [], faults: [], series: [], graph: {}, ...pado },
    },
  };
}

/** A run of experiments/slow-payments.yaml with three probes of which one missed, and a fault. */
export const deviated: Run = {
  file: 'experiments/slow-payments.yaml',
  repetition: 1,
  verdict: 'deviated',
  reason: 'checkout p99 was 4.91 s, not < 0.5 s (during)',
  journalFile: '.pado/runs/run-1/journal.json',
  journal: journal('deviated', {
    probes: [
      probe('checkout p99', { window: 'before' }),
      probe('checkout p99', { value: 4.91, met: false, samples: 120, looks: { count: 20, missed: 18 } }),
      probe('checkout p99', { window: 'after', recoveredAfterMs: 3_200 }),
      probe('browse "p99" <&>\u0007', { value: null, met: null, query: 'a < b && "c"' }),
      probe('front', { value: null, met: null, error: 'no answer\nat all' }),
    ],
    faults: [faultStatus(203)],
    resilienceScore: 66.7,
    recovery: { deadlineMs: 30_000, recoveredAfterMs: 3_200 },
  }),
};

export const held: Run = {
  ...deviated,
  ...{ verdict: 'held', reason: 'it held', journal: journal('held', { resilienceScore: 100 }) },
};

export const failed: Run = {
  ...{
    file: 'b.yaml',
    repetition: 1,
    verdict: 'error',
    reason: 'no agent answers',
    error: new Error('no agent answers'),
  },
};
