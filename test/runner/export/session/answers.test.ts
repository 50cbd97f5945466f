import t from 'tap';
import type { Journal, ProbeResult } from '../../../../runner/src/contracts.ts';
import { probeAnswer, runAnswer } from '../../../../runner/src/export/session/answers.ts';

const probe = (met: boolean | null, more: Partial<ProbeResult> = {}): ProbeResult => ({
  ...{ name: 'p99', window: 'during', value: 1, expected: '< 1', met },
  ...more,
});
const journal = (verdict: string, reason: string, probes: readonly ProbeResult[] = []) =>
  ({ pado: { id: 'x', verdict, reason, probes } }) as unknown as Journal;

t.test('a probe is met when it is in every window', async (t) => {
  t.equal(probeAnswer('p99', []).exitCode, 0, 'not judged here');
  t.equal(probeAnswer('p99', [probe(true), probe(true, { window: 'after' })]).exitCode, 0);
  t.equal(probeAnswer('p99', [probe(true), probe(false, { window: 'after' })]).exitCode, 1);
  t.equal(probeAnswer('p99', [probe(null)]).exitCode, 3);
  t.equal(probeAnswer('p99', [probe(null, { error: 'no answer' })]).exitCode, 5);
  t.match(probeAnswer('p99', [probe(false)]).json, [{ name: 'p99', value: 1, expected: '< 1', met: false }]);
});

t.test('a run is sound when it proves something, and its steps tell what', async (t) => {
  const names = new Set(['p99']);
  const code = (one: Journal, of: ReadonlySet<string> = names) => runAnswer(one, of, 'journal.json').exitCode;
  t.equal(code(journal('held', 'all well')), 0);
  t.equal(code(journal('deviated', 'p99', [probe(false)])), 0, 'the step of the probe tells it');
  t.equal(code(journal('deviated', 'threshold', [probe(false, { name: 'http_reqs count>0' })])), 1, 'no step does');
  t.equal(code(journal('inconclusive', 'never applied')), 3);
  t.equal(code(journal('aborted', 'a stop condition')), 4);
  t.equal(code(journal('error', 'k6 crashed')), 5);
  t.equal(code(journal('inconclusive', 'no probe was judged'), new Set()), 0, 'exploring is no failure');
});
