import { cpus, totalmem } from 'node:os';
import type { BenchSummary } from './contracts.ts';

export const machineOf = (): BenchSummary['machine'] => ({
  cores: cpus().length,
  model: cpus()[0]?.model ?? 'unknown',
  memoryGib: Math.round(totalmem() / 2 ** 30),
  node: process.version,
});
