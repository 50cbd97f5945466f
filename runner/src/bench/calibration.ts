import { cpus } from 'node:os';
import { join } from 'node:path';
import { readJson, replaceFile } from '../stack/files.ts';

/** What a machine can bear, measured once and kept: a cascade must come from the shop's virtual capacity, not from the CPU. */
export interface Calibration {
  readonly at: string;
  readonly machine: { readonly cores: number; readonly model: string };
  /** Pages a second that the shop serves without virtual capacity, k6 on the same machine. */
  readonly kneePerSecond: number;
  /** Rates and capacities of the experiments are multiplied by this; at most 1. */
  readonly scale: number;
}

/** A storm multiplies requests; the virtual knee stays this far below the physical one. */
export const headroom = 5;
/** Pages a second of virtual capacity that the experiments are written for. */
export const writtenForPerSecond = 60;

export const calibrationFile = (state: string): string => join(state, 'calibration.json');
export const readCalibration = (state: string): Promise<Calibration | undefined> => readJson(calibrationFile(state));

export async function writeCalibration(state: string, kneePerSecond: number, now: Date): Promise<Calibration> {
  const calibration = {
    at: now.toISOString(),
    machine: thisMachine(),
    kneePerSecond,
    scale: Math.min(1, Math.max(0.01, Math.floor((100 * kneePerSecond) / headroom / writtenForPerSecond) / 100)),
  };
  await replaceFile(calibrationFile(state), `${JSON.stringify(calibration, null, 2)}\n`, 0o644);
  return calibration;
}

export const thisMachine = (): Calibration['machine'] => ({
  cores: cpus().length,
  model: cpus()[0]?.model ?? 'unknown',
});

/** What was measured on another machine is worth nothing here, nor is a file that somebody has broken. */
export const isOfThisMachine = ({ machine, scale }: Calibration): boolean => {
  const here = thisMachine();
  return scale > 0 && machine.cores === here.cores && machine.model === here.model;
};

/**
 * The values of a configuration that a calibration sets, and only those: rates (`rate`, `…_rate`), and service times
 * (`service_time_ms`, `db_time_ms`, …), which make capacities; delays that stand in a proportion to a service time end
 * in `_time_ms` too. Rates stay whole numbers.
 */
export function calibrated(
  configuration: Readonly<Record<string, unknown>>,
  { scale }: Pick<Calibration, 'scale'>,
): Readonly<Record<string, number>> {
  if (scale === 1) return {};
  return Object.fromEntries(
    Object.entries(configuration).flatMap(([name, value]) => {
      if (typeof value !== 'number') return [];
      if (/(^|_)rate$/.test(name)) return [[name, Math.max(1, Math.round(value * scale))]];
      if (/_time_ms$/.test(name)) return [[name, Math.round(value / scale)]];
      return [];
    }),
  );
}
