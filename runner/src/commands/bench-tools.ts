import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { ArmReaders } from '../bench/arms.ts';
import { type Calibration, isOfThisMachine, readCalibration, writeCalibration } from '../bench/calibration.ts';
import { followRun } from '../bench/follow.ts';
import { measureKnee } from '../bench/measure-knee.ts';
import type { ArmContext } from '../bench/run-arm.ts';
import type { Invocation } from '../cli/command.ts';
import { onForce } from '../cli/interrupt.ts';
import { paths } from '../stack/paths.ts';
import { ensureTools } from '../tools/tools.ts';
import { policiesFromFile } from './policy-set.ts';

/** What every run of a benchmark needs on this machine. */
export async function armContext({ settings, signal, progress }: Invocation): Promise<ArmContext> {
  const { installation, project, environment } = settings;
  const tools = await ensureTools({ folder: join(installation, '.tools'), environment, signal, progress });
  return {
    // The start of a shop is no news here: there are some hundred of them.
    stack: { project, installation, environment, tools, ports: {}, onForce, progress: () => {} },
    workingDirectory: settings.workingDirectory,
    signal,
    listener: followRun(progress),
  };
}

/** The machine's calibration: kept from an earlier time, or measured now. */
export async function calibration(
  { settings, progress }: Invocation,
  context: ArmContext,
  { anew = false } = {},
): Promise<Calibration> {
  const { state } = paths(settings.project);
  const kept = await readCalibration(state);
  if (!anew && kept !== undefined && isOfThisMachine(kept)) return kept;
  progress('calibrating: how many pages a second this machine serves, k6 included (about a minute; kept in .pado/)');
  const { startStack } = await import('../stack/start.ts');
  const { signal } = context;
  const shop = {
    services: ['gateway', 'catalog', 'recommendations'],
    env: { gateway: { SHOP_MAX_IN_FLIGHT: 1_000 } },
  } as const;
  const stack = await startStack({ ...context.stack, shop, bound: true, signal });
  try {
    const { installation } = settings;
    const folder = join(state, 'calibration');
    const knee = await measureKnee({
      ...{ k6: stack.file.k6, installation, folder, signal },
      gatewayUrl: stack.file.urls.gateway ?? '',
    });
    return await writeCalibration(state, knee, new Date());
  } finally {
    await stack.stop();
  }
}

export const calibrationText = ({ kneePerSecond, scale, machine }: Calibration): string =>
  `this machine (${machine.cores} cores, ${machine.model}) serves ${kneePerSecond} pages a second; rates and capacities of experiments are multiplied by ${scale}`;

export const armReaders = (workingDirectory: string): ArmReaders => ({
  workingDirectory,
  policies: (file) => policiesFromFile(file, workingDirectory),
  environment: async (file) =>
    parseEnv(await readFile(resolve(workingDirectory, file), 'utf8')) as Record<string, string>,
});
