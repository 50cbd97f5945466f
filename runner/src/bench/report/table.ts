import { type Cell, type Row, table } from '../../report/table.ts';
import type { BenchSummary, Comparison } from '../contracts.ts';
import { estimateOf, intervalOf, probability, toneOf, wordsOf } from './words.ts';

/** All metrics for the terminal: both arms, the difference with its interval, and what chance would do. */
export function benchTable(
  summary: BenchSummary,
  options: { readonly color: boolean; readonly width: number },
): string {
  const { a, b, pairs, wantedPairs, primary, secondary, recovered } = summary;
  const head = ['a', 'b'].map((arm, index): Cell => ({ text: `${arm} ${[a, b][index]}`, tone: 'head' }));
  const heads = ['difference', '95%', 'p', 'Holm'].map((text): Cell => ({ text, tone: 'head' }));
  const last: Row =
    recovered === null
      ? { name: 'pairs that count', wanted: '', cells: texts(`${pairs} of ${wantedPairs}`, '', '', '', '', '') }
      : {
          name: 'Recovered',
          wanted: 'more',
          cells: texts(
            `${recovered.a} of ${pairs}`,
            `${recovered.b} of ${pairs}`,
            '',
            '',
            probability(recovered.p),
            '',
          ),
        };
  return table(
    [
      { name: 'metric', wanted: 'better', cells: [...head, ...heads] },
      ...(primary === null ? [] : [rowOf(primary)]),
      ...secondary.map(rowOf),
      last,
    ],
    options,
  );
}

function rowOf(comparison: Comparison): Row {
  const { label, better, value } = wordsOf(comparison);
  const { a, b, p, adjusted } = comparison;
  return {
    name: label,
    wanted: better,
    cells: [
      ...texts(value(a), value(b)),
      { text: estimateOf(comparison), tone: toneOf(comparison) },
      ...texts(intervalOf(comparison), probability(p), adjusted === undefined ? '' : probability(adjusted)),
    ],
  };
}

const texts = (...all: readonly string[]): readonly Cell[] => all.map((text) => ({ text }));
