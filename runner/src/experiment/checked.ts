import type { ProbeResult } from '../contracts.ts';
import type { Controls } from './context.ts';
import type { Experiment } from './experiment.ts';
import type { HypothesisProbe } from './schema.ts';
import { shown } from './shown.ts';

/** Asks all probes of a check at once, between the controls that Chaos Toolkit has around a check and each of its probes. */
export async function checked(
  controls: Controls,
  hypothesis: Experiment['hypothesis'],
  probes: readonly HypothesisProbe[],
  ask: (probe: HypothesisProbe) => Promise<ProbeResult>,
): Promise<readonly ProbeResult[]> {
  if (probes.length === 0) return [];
  await controls.before('hypothesis', hypothesis);
  const results = await Promise.all(
    probes.map(async (probe) => {
      await controls.before('probe', shown(probe));
      const result = await ask(probe);
      await controls.after('probe', shown(probe), recordOf(probe, result));
      return result;
    }),
  );
  const state = {
    steady_state_met: results.every(({ met }) => met === true),
    probes: probes.map((probe, index) => recordOf(probe, results[index])),
  };
  await controls.after('hypothesis', hypothesis, state);
  return results;
}

const recordOf = (probe: HypothesisProbe, result: ProbeResult | undefined): object => ({
  activity: shown(probe),
  output: result?.output ?? result?.value ?? null,
  status: result?.error === undefined ? 'succeeded' : 'failed',
  tolerance_met: result?.met === true,
});
