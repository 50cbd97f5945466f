import t from 'tap';
import { figuresOf } from '../../../../runner/src/commands/run/figures.ts';
import { chaosExitCode, outcomeOf, type RunsDocument } from '../../../../runner/src/commands/run/outcome.ts';
import type { Run } from '../../../../runner/src/commands/run/several.ts';
import { exitCodes, type Journal, type Verdict } from '../../../../runner/src/contracts.ts';
import { widthOf } from '../../../../runner/src/live/line.ts';
import { deviated, failed, held, journal, probe } from './journals.ts';

const plain = { chaosToolkit: false, width: 80 };
const answer = (runs: readonly Run[], how = plain) => {
  const { json, ...rest } = outcomeOf(runs, how);
  return { ...rest, document: json as RunsDocument };
};

t.test('several runs: a row each, and one for all', async (t) => {
  const { table } = answer([{ ...held, file: 'a.yaml' }, deviated, failed]);
  t.strictSame(table.split('\n'), [
    'run            verdict   before  during  after  recovery  score   took',
    'a              held           –       –      –         –    100  1m12s',
    'slow-payments  deviated     1/1     0/3    1/1      3.2s   66.7  1m12s',
    'b              error          –       –      –         –      –   0.0s',
    '──────────────────────────────────────────────────────────────────────',
    'held 1 of 3    error        1/1     0/3    1/1         –   83.4  2m24s',
  ]);
});

t.test('no row is wider than the terminal, and repetitions can be told apart', async (t) => {
  const file = `experiments/${'주문이 아주 늦게 '.repeat(9)}.yaml`;
  const runs = [1, 2, 100].map((repetition) => ({ ...deviated, file, repetition, verdict: 'inconclusive' as const }));
  const lines = answer(runs).table.split('\n');
  t.ok(lines.every((line) => widthOf(line) <= 80));
  t.match(lines[3], /… #100 +inconclusive/);
});

t.test('one run needs no table', async (t) => {
  t.match(answer([deviated]), {
    exitCode: 1,
    table: '',
    text: 'deviated: checkout p99 was 4.91 s, not < 0.5 s (during)\n.pado/runs/run-1/journal.json',
  });
});

t.test('the document has what each run has, and the sum', async (t) => {
  const { document, exitCode } = answer([deviated, held, failed]);
  t.equal(exitCode, 5);
  t.match(document.runs[0], {
    ...{ file: deviated.file, repetition: 1, id: 'run-1', policies: 'naive', verdict: 'deviated' },
    ...{ journalFile: deviated.journalFile, recoveredAfterMs: 3_200, resilienceScore: 66.7, durationMs: 72_000 },
    probes: { before: { met: 1, judged: 1 }, during: { met: 0, judged: 3 }, after: { met: 1, judged: 1 } },
  });
  t.match(document.runs[2], { id: null, journalFile: null, verdict: 'error', error: { message: 'no agent answers' } });
  t.match(document.summary, {
    ...{ runs: 3, verdict: 'error', exitCode: 5, text: 'held 1 of 3', resilienceScore: 83.4 },
    verdicts: { held: 1, deviated: 1, inconclusive: 0, aborted: 0, error: 1 },
  });
  t.doesNotThrow(() => JSON.stringify(document));
});

t.test('the worst verdict decides', async (t) => {
  for (const verdict of Object.keys(exitCodes) as Verdict[])
    t.equal(answer([held, { ...held, verdict }]).exitCode, exitCodes[verdict], verdict);
});

t.test('what a terminal or GitHub would obey is not printed', async (t) => {
  const { text } = answer([{ ...held, reason: 'x\n::error::y\u001b[31m' }]);
  t.match(text, /^held: x ::error::y\n/);
});

t.test('without a recovery of its own the slowest probe counts, and one that never held means never', async (t) => {
  const times = (...after: readonly (number | undefined)[]) =>
    figuresOf({
      ...held,
      journal: journal('held', {
        probes: after.map((ms, index) =>
          probe(`p${index}`, { window: 'after', ...(ms === undefined ? {} : { recoveredAfterMs: ms }) }),
        ),
      }),
    }).recoveredAfterMs;
  t.equal(times(100, 2_000), 2_000);
  t.equal(times(100, undefined), null);
  t.equal(times(undefined), undefined);
});

const failedAction = { run: [{ status: 'failed' }] };
const chaos: readonly [verdict: Verdict, more: Partial<Journal>, exitCode: number][] = [
  ['held', {}, 0],
  ['deviated', {}, 1],
  ['inconclusive', {}, 0],
  ['inconclusive', { status: 'interrupted' }, 1],
  ['aborted', { status: 'aborted' }, 1],
  ['error', { status: 'failed' }, 1],
  ['error', { status: 'failed', ...failedAction }, 0],
];
for (const [verdict, more, exitCode] of chaos) {
  t.test(`as chaos run: ${verdict} ${JSON.stringify(more)} → ${exitCode}`, async (t) => {
    const run = { ...held, verdict, journal: journal(verdict, {}, more) };
    t.equal(chaosExitCode(run), exitCode);
    t.equal(answer([held, run], { ...plain, chaosToolkit: true }).exitCode, exitCode);
  });
}

t.test('as chaos run: a failed action does not hide a deviation, and what could not begin is 1', async (t) => {
  const probes = [probe('p', { window: 'after', met: false })];
  t.equal(chaosExitCode({ verdict: 'error', journal: journal('error', { probes }, failedAction) }), 1);
  t.equal(chaosExitCode(failed), 1);
});
