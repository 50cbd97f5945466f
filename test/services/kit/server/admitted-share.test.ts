import t from 'tap';
import { AdmittedShare, drawOf } from '../../../../services/kit/src/server/admitted-share.ts';

t.test('admits all until there is an overload', async (t) => {
  const share = new AdmittedShare();
  t.ok([0, 5, 9].every((priority) => share.admits(priority, 0.999)));
});

t.test('in an overload the lowest priority goes first, and comes back last', async (t) => {
  const share = new AdmittedShare();
  const admitted = () => {
    const counts = [0, 0];
    for (let index = 0; index < 1_000; index++)
      for (const [kind, priority] of [0, 5].entries()) if (share.admits(priority, index / 1_000)) counts[kind]! += 1;
    return counts;
  };
  t.same(admitted(), [1_000, 1_000]);
  for (let step = 0; step < 3; step++) share.adjust(true);
  const [important, other] = admitted();
  t.equal(important, 1_000);
  t.ok(other! > 300 && other! < 600, String(other));
  for (let step = 0; step < 100; step++) share.adjust(true);
  const [few, none] = admitted();
  t.ok(few! > 0 && few! < 200, 'something is always let through');
  t.equal(none, 0);
  share.adjust(false, 100);
  t.same(admitted(), [1_000, 1_000]);
});

t.test('a trace draws the same number everywhere, and traces spread evenly', async (t) => {
  t.equal(drawOf('0af7651916cd43dd8448eb211c80319c'), drawOf('0af7651916cd43dd8448eb211c80319c'));
  const tenths = new Array<number>(10).fill(0);
  for (let index = 0; index < 10_000; index++)
    tenths[Math.floor(drawOf(index.toString(16).padStart(32, '0')) * 10)]! += 1;
  for (const [tenth, count] of tenths.entries()) t.ok(count > 850 && count < 1_150, `${tenth}: ${count}`);
});
