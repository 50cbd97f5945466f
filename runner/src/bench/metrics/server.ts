import type { RunMetrics, ServerCounts } from '../contracts.ts';

type ServerMetrics = Pick<
  RunMetrics,
  'amplification' | 'leafAmplification' | 'wastedShare' | 'cpuMsPerRequest' | 'falseRejects'
>;

interface Windows<Value> {
  readonly baseline: Value;
  readonly after: Value;
}

/** What the services' own counters say; unknown without them. `sent`: requests of users that k6 did send. */
export function serverMetrics(
  counts: Windows<ServerCounts> | undefined,
  leaf: { readonly from: string; readonly to: string } | undefined,
  sent: Windows<number>,
): ServerMetrics {
  if (counts === undefined)
    return { amplification: {}, leafAmplification: null, wastedShare: null, cpuMsPerRequest: null, falseRejects: 0 };
  const { baseline, after } = counts;
  const atLeaf = ({ edges }: ServerCounts): number =>
    edges
      .filter(({ from, to }) => from === leaf?.from && to === leaf.to)
      .reduce((total, { attempts }) => total + attempts, 0);
  const leafIn = (window: keyof Windows<number>) => ratio(atLeaf(counts[window]), sent[window]);
  const [inPeace, afterwards] = [leafIn('baseline'), leafIn('after')];
  return {
    amplification: Object.fromEntries(
      after.edges.flatMap(({ from, to, originals, attempts }) =>
        originals > 0 ? [[`${from} → ${to}`, attempts / originals]] : [],
      ),
    ),
    leafAmplification:
      leaf === undefined || inPeace === null || afterwards === null ? null : ratio(afterwards, inPeace),
    wastedShare: ratio(after.wasted, after.served),
    cpuMsPerRequest: ratio(1_000 * baseline.cpuSeconds, sent.baseline),
    falseRejects: ratio(baseline.refused, baseline.served + baseline.refused) ?? 0,
  };
}

const ratio = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);
