import t from 'tap';
import { figuresBeside } from '../../../fixtures/bench/agree.ts';
import recorded from '../../../fixtures/bench/scipy.json' with { type: 'json' };

t.test('every statistic gives what scipy gave', async (t) => {
  for (const { name, ours, scipys, within } of figuresBeside(recorded))
    t.ok(Math.abs(ours - scipys) <= within, `${name}: ${ours}, scipy ${scipys}`);
});
