import { missing, number } from '../../../report/facts/format.ts';
import { type Html, html } from '../../../report/html.ts';
import { section } from '../../../report/sections/framed.ts';
import type { BenchSummary } from '../../contracts.ts';
import { limits } from '../../metrics/void.ts';

const percent = (share: number): string => `${number(share * 100)}%`;

/** Command, machine, noise and rules: what another needs to repeat it, or to doubt it. */
export function methodSection({ machine, noiseFloor, seed, wantedPairs }: BenchSummary, command: string): Html {
  const { cores, model, memoryGib, node } = machine;
  return section(
    'method',
    'How it was measured',
    html`<dl><dt>Command</dt><dd><code>${command}</code></dd>
<dt>Machine</dt><dd>${cores} ${cores === 1 ? 'core' : 'cores'}, ${model === '' ? missing : model}, ${number(memoryGib)} GiB, Node.js ${node}</dd>
<dt>Design</dt><dd>${wantedPairs} ${wantedPairs === 1 ? 'pair' : 'pairs'} of runs, each with fresh processes; both runs of a pair have one seed, and their order within it is random. Every random choice follows from seed ${seed}.</dd>
<dt>Noise floor</dt><dd>${noiseFloor === null ? 'Not known: no A/A benchmark was run here. How far two identical arms seem to differ on this machine is not told by this page.' : `${number(noiseFloor)} s of SLO: two identical arms seem to differ by so much here (half the width of an A/A interval). A claim needs twice that.`}</dd>
<dt>Good</dt><dd>A valid answer within the time that a user waits. Errors, late answers, no answer, and users whom k6 could not send are bad; a fallback is degraded, and not good.</dd>
<dt>Recovered</dt><dd>The start of the first 30 s whose share of good answers is at least 99% of the baseline’s and whose mean latency is at most 1.1 times the baseline’s, each over the whole 30 s. Where the baseline varies more than that by chance, two standard errors are allowed, at most 25%.</dd>
<dt>Void</dt><dd>A run in which k6 dropped more than ${percent(limits.droppedShare)} of its users at baseline (one is allowed), k6 took more than ${limits.k6Cores} cores, the machine was more than ${percent(limits.hostBusy)} busy for ten seconds, the kernel throttled us, or less than ${percent(limits.leastGoodput)} of the answers at baseline were good.</dd>
<dt>Raw data</dt><dd>Beside this page: <code>runs.csv</code> (one line a run), <code>bins.csv</code> (one line a second of each run), <code>bench.json</code> (all of it).</dd></dl>`,
  );
}
