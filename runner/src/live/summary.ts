import type { Verdict } from '../contracts.ts';
import type { Band } from './band.ts';
import { evidenceInWords } from './fault.ts';
import { fit, type Line, span } from './line.ts';
import { probeLines } from './probes.ts';
import type { Finished, LiveState } from './state.ts';
import { howItWent } from './stop.ts';

const verdicts: Readonly<Record<Verdict, { readonly sign: string; readonly tone: Band }>> = {
  held: { sign: '✓', tone: 'ok' },
  deviated: { sign: '✗', tone: 'failing' },
  inconclusive: { sign: '?', tone: 'slow' },
  aborted: { sign: '■', tone: 'slow' },
  error: { sign: '!', tone: 'failing' },
};

/** What stays on the screen when a run has ended. */
export function summaryLines({ title, policies }: LiveState, finished: Finished, width: number): readonly Line[] {
  const { journal, journalFile, reportFile } = finished;
  const { verdict, reason, probes, faults } = journal.pado;
  const { sign, tone } = verdicts[verdict];
  const lines: readonly Line[] = [
    [span(`${sign} ${verdict}`, tone), span(`  ${title}`, 'strong'), span(`  policies: ${policies}`, 'dim')],
    [span(`  ${reason}`)],
    ...howItWent(journal.pado).map((text): Line => [span(`  ${text}`)]),
    ...probeLines(probes, width - 2).map((line): Line => [span('  '), ...line]),
    ...faults.flatMap(({ name, evidence }) =>
      evidence.map((one): Line => [span(`  fault ${name}: ${evidenceInWords(one)}`, 'dim')]),
    ),
    [span(`  journal ${journalFile}`, 'dim')],
    ...(reportFile === undefined ? [] : [[span(`  report  ${reportFile}`, 'dim')]]),
    [],
  ];
  return lines.map((line) => fit(line, width));
}
