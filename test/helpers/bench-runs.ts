import type { CascadeRun } from '../../runner/src/bench/cascade-judge.ts';
import type { RunMetrics } from '../../runner/src/bench/contracts.ts';
import type { ArmRun } from '../../runner/src/bench/measure-run.ts';

const metrics: RunMetrics = {
  g0: 1,
  sloLossSeconds: 0,
  lostGood: 0,
  depth: 1,
  ttrRevertSeconds: 0,
  ttrInjectSeconds: 0,
  observedSeconds: 60,
  metastable: false,
  amplification: {},
  leafAmplification: 1,
  wastedShare: 0,
  collateral: 0,
  p50Ms: 10,
  p99Ms: 40,
  tail: 'p95',
  cpuMsPerRequest: 3,
  falseRejects: 0,
};

/** A run in which nothing happened, changed as a test wants it. */
export const armRun = (change: Partial<Omit<ArmRun, 'metrics'>> & { metrics?: Partial<RunMetrics> } = {}): ArmRun => ({
  seed: 1,
  policies: 'naive',
  times: { baseline: { startMs: 0, endMs: 15_000 }, injectMs: 15_000, revertMs: 25_000, endMs: 85_000 },
  bins: [],
  spoilers: { droppedInBaseline: 0, offeredInBaseline: 600, k6Cores: 0.1, hostBusy: 0.4, throttled: 0 },
  signature: [],
  journalFile: '/runs/1/journal.json',
  verdict: 'held',
  reason: 'all probes held',
  ...change,
  metrics: { ...metrics, ...change.metrics },
});

export const cascadeRun = (
  role: CascadeRun['role'],
  change: Parameters<typeof armRun>[0] & { seed?: number } = {},
): CascadeRun => ({ ...armRun(change), name: `${role}-${change.seed ?? 1}`, role });
