import type { PolicyDocument } from './policy.ts';

export const presetNames = ['naive', 'standard'] as const;
export type PresetName = (typeof presetNames)[number];

/** Ready-made policies. `naive` is what code without a thought for failure has: no limit anywhere. */
export const presets: Readonly<Record<PresetName, Omit<PolicyDocument, 'revision'>>> = {
  naive: { preset: 'naive', services: {} },
  standard: {
    preset: 'standard',
    services: {
      // Charging takes some 10 ms; 200 ms leaves room for a pause of the garbage collector, and the objective is 500 ms.
      orders: {
        payments: { deadlineMs: 200, bulkhead: { maxConcurrent: 8, maxQueued: 0 }, fallback: true },
        '*': { deadlineMs: 2_000 },
      },
      gateway: {
        recommendations: { deadlineMs: 300, bulkhead: { maxConcurrent: 8, maxQueued: 0 }, fallback: true },
        '*': { deadlineMs: 5_000 },
      },
      cart: { '*': { deadlineMs: 1_000 } },
      recommendations: { '*': { deadlineMs: 1_000 } },
    },
  },
};
