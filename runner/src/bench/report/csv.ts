import type { BenchRun } from '../contracts.ts';

type Value = string | number | boolean | null | undefined;

/** One line a second of each run, keyed by scheduled arrival; second 0 is the injection. */
export function binsCsv(runs: readonly BenchRun[]): string {
  const head = ['run', 'pair', 'arm', 'second', 'offered', 'good', 'degraded', 'bad', 'mean_ms'];
  const lines = runs.flatMap(({ order, pair, arm, bins }) =>
    bins.map(({ second, offered, good, degraded, bad, meanMs }) => [
      ...[order, pair, arm, second, offered, good, degraded, bad],
      rounded(meanMs),
    ]),
  );
  return csv([head, ...lines]);
}

/** One line a run. Times to recover are empty where the run did not recover; `observed_s` is the least that they stand for. */
export function runsCsv(runs: readonly BenchRun[]): string {
  const edges = [...new Set(runs.flatMap(({ metrics }) => Object.keys(metrics.amplification)))].sort();
  const rows = runs.map((run): readonly (readonly [name: string, value: Value])[] => {
    const { metrics, spoilers, times } = run;
    return [
      ['run', run.order],
      ['pair', run.pair],
      ['arm', run.arm],
      ['policies', run.policies],
      ['seed', run.seed],
      ['void', run.void?.join('; ')],
      ['verdict', run.verdict],
      ['g0', rounded(metrics.g0)],
      ['slo_loss_s', rounded(metrics.sloLossSeconds)],
      ['lost_good', rounded(metrics.lostGood)],
      ['depth', rounded(metrics.depth)],
      ['ttr_revert_s', rounded(metrics.ttrRevertSeconds)],
      ['ttr_inject_s', rounded(metrics.ttrInjectSeconds)],
      ['observed_s', rounded(metrics.observedSeconds)],
      ['metastable', metrics.metastable],
      ['leaf_amplification', rounded(metrics.leafAmplification)],
      ['wasted_share', rounded(metrics.wastedShare)],
      ['collateral', rounded(metrics.collateral)],
      ['p50_ms', rounded(metrics.p50Ms)],
      ['p95_ms', metrics.tail === 'p95' ? rounded(metrics.p99Ms) : null],
      ['p99_ms', metrics.tail === 'p99' ? rounded(metrics.p99Ms) : null],
      ['cpu_ms_per_request', rounded(metrics.cpuMsPerRequest)],
      ['false_rejects', rounded(metrics.falseRejects)],
      ['dropped_baseline', spoilers.droppedInBaseline],
      ['offered_baseline', spoilers.offeredInBaseline],
      ['k6_cores', rounded(spoilers.k6Cores)],
      ['host_busy', rounded(spoilers.hostBusy)],
      ['throttled_periods', spoilers.throttled],
      ['inject_unix_ms', times.injectMs],
      ['revert_unix_ms', times.revertMs],
      ['end_unix_ms', times.endMs],
      ['journal', run.journalFile],
      ...edges.map((edge) => [`amplification ${edge}`, rounded(metrics.amplification[edge] ?? null)] as const),
    ];
  });
  if (rows[0] === undefined) return '';
  return csv([rows[0].map(([name]) => name), ...rows.map((row) => row.map(([, value]) => value))]);
}

/** Six decimals: beyond what is measured, short enough to read. */
const rounded = (value: number | null): number | null => (value === null ? null : Number(value.toFixed(6)));

/** RFC 4180, with line feeds alone as most tools write it. */
const csv = (lines: readonly (readonly Value[])[]): string =>
  lines.map((line) => `${line.map(field).join(',')}\n`).join('');

function field(value: Value): string {
  const text = value === null || value === undefined ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
