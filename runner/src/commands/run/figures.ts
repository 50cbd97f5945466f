import type { ProbeResult, ProbeWindow, Verdict } from '../../contracts.ts';
import { worst } from '../verdicts.ts';
import type { Run } from './several.ts';

export interface Count {
  readonly met: number;
  readonly judged: number;
}

/** A run in figures, for the matrix and for `--json`. */
export interface Figures {
  readonly probes: Readonly<Record<ProbeWindow, Count>>;
  /** Milliseconds from the last revert until every probe held again; null when one did not in time. */
  readonly recoveredAfterMs?: number | null;
  /** 0 to 100; null when no probe was judged. */
  readonly resilienceScore: number | null;
  readonly durationMs: number;
}

const windows: readonly ProbeWindow[] = ['before', 'during', 'after'];

export function figuresOf({ journal }: Run): Figures {
  const probes = journal?.pado.probes ?? [];
  const recoveredAfterMs = journal === undefined ? undefined : recoveryOf(journal.pado);
  return {
    probes: byWindow((window) => count(probes.filter((probe) => probe.window === window))),
    ...(recoveredAfterMs === undefined ? {} : { recoveredAfterMs }),
    resilienceScore: journal?.pado.resilienceScore ?? null,
    durationMs: Math.round((journal?.duration ?? 0) * 1_000),
  };
}

export interface Summary extends Omit<Figures, 'recoveredAfterMs'> {
  readonly runs: number;
  readonly verdicts: Readonly<Record<Verdict, number>>;
  /** The one that decides the exit code. */
  readonly verdict: Verdict;
  /** `held 9 of 10`. */
  readonly text: string;
}

/** Several runs in figures: sums, the worst verdict and the mean score. */
export function summaryOf(runs: readonly Run[]): Summary {
  const figures = runs.map(figuresOf);
  const verdicts: Record<Verdict, number> = { held: 0, deviated: 0, inconclusive: 0, aborted: 0, error: 0 };
  for (const { verdict } of runs) verdicts[verdict] += 1;
  const scores = figures.flatMap(({ resilienceScore }) => resilienceScore ?? []);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    runs: runs.length,
    verdicts,
    verdict: worst(runs.map(({ verdict }) => verdict)),
    text: `held ${verdicts.held} of ${runs.length}`,
    probes: byWindow((window) => ({
      met: sum(figures.map(({ probes }) => probes[window].met)),
      judged: sum(figures.map(({ probes }) => probes[window].judged)),
    })),
    resilienceScore: scores.length === 0 ? null : Math.round((10 * sum(scores)) / scores.length) / 10,
    durationMs: sum(figures.map(({ durationMs }) => durationMs)),
  };
}

const byWindow = <T>(of: (window: ProbeWindow) => T): Record<ProbeWindow, T> =>
  Object.fromEntries(windows.map((window) => [window, of(window)])) as Record<ProbeWindow, T>;

/** Without data a probe was asked, and not met. */
const count = (results: readonly ProbeResult[]): Count => ({
  met: results.filter(({ met }) => met === true).length,
  judged: results.length,
});

function recoveryOf({
  recovery,
  probes,
}: {
  readonly recovery?: { readonly recoveredAfterMs: number | null };
  readonly probes: readonly ProbeResult[];
}): number | null | undefined {
  if (recovery !== undefined) return recovery.recoveredAfterMs;
  const after = probes.filter(({ window }) => window === 'after');
  const times = after.flatMap(({ recoveredAfterMs }) => recoveredAfterMs ?? []);
  if (times.length === 0) return undefined;
  return times.length === after.length ? Math.max(...times) : null;
}
