import t from 'tap';
import { exitCodeOfAll, exitCodeOfLab } from '../../../runner/src/commands/verdicts.ts';
import type { Verdict } from '../../../runner/src/contracts.ts';

const several: readonly [verdicts: readonly Verdict[], exitCode: number][] = [
  [[], 0],
  [['held', 'held'], 0],
  [['held', 'inconclusive'], 3],
  [['inconclusive', 'deviated'], 1],
  [['deviated', 'aborted'], 4],
  [['aborted', 'error', 'held'], 5],
];
for (const [verdicts, exitCode] of several) {
  t.test(`${verdicts.join(', ') || 'no run'} → ${exitCode}`, async (t) => t.equal(exitCodeOfAll(verdicts), exitCode));
}

const loops: readonly [verdicts: readonly Verdict[], exitCode: number][] = [
  [['deviated', 'held'], 0],
  [['deviated', 'deviated'], 1],
  [['held', 'held'], 1],
  [['held', 'deviated'], 1],
  [['deviated', 'inconclusive'], 3],
  [['inconclusive'], 3],
  [['deviated', 'aborted'], 4],
  [['error'], 5],
  [['deviated', 'error'], 5],
];
for (const [verdicts, exitCode] of loops) {
  t.test(`a lab with ${verdicts.join(' then ')} → ${exitCode}`, async (t) =>
    t.equal(exitCodeOfLab(verdicts), exitCode),
  );
}
