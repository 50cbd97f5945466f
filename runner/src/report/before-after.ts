import type { Journal, ProbeWindow, Verdict } from '../contracts.ts';
import { type Arm, armsOf } from './arms.ts';
import { amount, summary } from './facts/dose.ts';
import { elapsed, missing, number, observed, share, sign } from './facts/format.ts';
import { journeysOf, shares } from './facts/load.ts';
import { probeRows } from './facts/probes.ts';
import { verdictSigns } from './sections/verdict.ts';
import { type Cell, type Row, table } from './table.ts';
import { en as texts } from './text/en.ts';

export interface TableOptions {
  readonly color: boolean;
  /** Columns; cells are cut where they do not fit. */
  readonly width: number;
}

const words = texts.terminal;

/** The table that ends a lab: what was observed without the fix and with it, and the verdicts. */
export function beforeAfter(journals: readonly [Journal, Journal], { color, width }: TableOptions): string {
  const arms = armsOf(journals);
  const runs = arms.map(({ pado }) => pado);
  const complete = arms.map(({ journal }) => journal);
  const rows: readonly Row[] = [
    {
      name: '',
      wanted: texts.hypothesis.wanted.toLowerCase(),
      cells: arms.map(({ label }) => ({ text: label, tone: 'head' })),
    },
    ...probes(complete),
    ...journeysOf(runs.map(({ load }) => load)).map(
      (journey): Row => ({
        name: words.success(journey),
        wanted: words.wholeRun,
        cells: runs.map(({ load }) => successCell(load?.journeys[journey])),
      }),
    ),
    ...doses(complete),
    ...endings(arms),
    { name: words.verdict, wanted: '', cells: runs.map(({ verdict }) => verdictCell(verdict)) },
  ];
  return table(rows, { color, width });
}

/** The windows in which the fault can be felt. The baseline is left out: without it there is no verdict anyway. */
const felt: readonly ProbeWindow[] = ['during', 'after'];

function probes(journals: readonly Journal[]): readonly Row[] {
  return probeRows(journals.map(({ pado }) => pado.probes)).flatMap(({ name, expected, runs }) =>
    felt
      .filter((window) => runs.some((results) => results[window] !== undefined))
      .map(
        (window): Row => ({
          name: window === 'during' ? name : `${name} (${texts.windows[window]})`,
          wanted: expected,
          cells: runs.map((results): Cell => {
            const result = results[window];
            if (result === undefined) return { text: missing };
            const tone = result.met === null ? 'unclear' : result.met ? 'good' : 'bad';
            const { recoveredAfterMs } = result;
            const recovered =
              recoveredAfterMs === undefined ? '' : `, ${texts.hypothesis.recovered(elapsed(recoveredAfterMs))}`;
            return { text: `${sign(result.met)} ${observed(result.value, result.unit)}${recovered}`, tone };
          }),
        }),
      ),
  );
}

/** A degraded answer is a success, and is told apart. */
function successCell(counts: Parameters<typeof shares>[0] | undefined): Cell {
  const known = counts === undefined ? null : shares(counts);
  if (known === null) return { text: missing };
  const degraded = known.degraded > 0 ? ` (${words.degraded(share(known.degraded))})` : '';
  return { text: `${share(known.success)}${degraded}` };
}

/** How the runs ended, where a journal says so: where the wave entered, recovery, score. */
function endings(arms: readonly Arm[]): readonly Row[] {
  const rows = [
    { name: words.first, texts: arms.map(({ pado }) => pado.arrivals?.[0]?.place) },
    {
      name: words.recovery,
      texts: arms.map(({ pado: { recovery } }) =>
        recovery === undefined
          ? undefined
          : recovery.recoveredAfterMs === null
            ? words.notRecovered
            : elapsed(recovery.recoveredAfterMs),
      ),
    },
    {
      name: words.score,
      texts: arms.map(({ pado: { resilienceScore: score } }) =>
        score === undefined || score === null ? undefined : number(score),
      ),
    },
  ];
  return rows
    .filter((row) => row.texts.some((text) => text !== undefined))
    .map((row) => ({ name: row.name, wanted: '', cells: row.texts.map((text) => ({ text: text ?? missing })) }));
}

/** A row for what was applied and one for the delivered dose, of each effect that either run had. */
function doses(journals: readonly Journal[]): readonly Row[] {
  const evidence = journals.map(({ pado }) =>
    pado.faults.flatMap((fault) => fault.evidence.map((one) => ({ fault: fault.name, ...one }))),
  );
  const effects = new Set(evidence.flat().map(({ fault, index, kind }) => JSON.stringify([fault, index, kind])));
  return [...effects].flatMap((key): readonly Row[] => {
    const [fault, index, kind] = JSON.parse(key) as [string, number, string];
    const found = evidence.map((all) => all.find((one) => one.fault === fault && one.index === index));
    return [
      {
        name: `${fault}, ${words.applied}`,
        wanted: kind,
        cells: found.map((one) => ({ text: one ? words.of(one.applied, one.matched) : missing })),
      },
      {
        name: `${fault}, ${words.delivered}`,
        wanted: kind,
        cells: found.map((one): Cell => {
          const dose = one && summary(one);
          if (one?.dose === undefined || dose === undefined) return { text: missing };
          const { unit } = one.dose;
          return { text: words.forRequested(amount(dose.deliveredMean, unit), amount(dose.requestedMean, unit)) };
        }),
      },
    ];
  });
}

const verdictCell = (verdict: Verdict): Cell => ({
  text: `${verdictSigns[verdict]} ${texts.verdict[verdict]}`,
  tone: verdict === 'held' ? 'good' : verdict === 'deviated' || verdict === 'error' ? 'bad' : 'unclear',
});
