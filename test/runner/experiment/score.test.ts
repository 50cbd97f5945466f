import t from 'tap';
import type { ProbeResult } from '../../../runner/src/contracts.ts';
import { resilienceScore } from '../../../runner/src/experiment/score.ts';

const result = (window: ProbeResult['window'], met: boolean | null, weight?: number): ProbeResult => ({
  ...{ name: 'x', window, value: 1, expected: '= 1', met },
  ...(weight === undefined ? {} : { weight }),
});

t.test('the score is the weighted share of probes within tolerance, and the baseline is not judged', async (t) => {
  t.equal(resilienceScore([result('during', true), result('after', false)]), 50);
  t.equal(resilienceScore([result('during', true, 3), result('during', false)]), 75);
  t.equal(resilienceScore([result('before', false), result('during', true)]), 100);
  t.equal(resilienceScore([result('during', null), result('during', true), result('during', true)]), 66.7, 'no data');
  t.equal(resilienceScore([result('before', true)]), null);
  t.equal(resilienceScore([result('during', true, 0)]), null, 'nothing that weighs');
});
