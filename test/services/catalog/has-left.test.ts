import { runInContext } from '@pado/kit';
import t from 'tap';
import { hasLeft } from '../../../services/catalog/src/has-left.ts';
import { idsOnlyTracer } from '../../../services/kit/src/trace.ts';

const context = (deadlineAt: number | undefined) => ({
  span: idsOnlyTracer.start('GET /', 'server', undefined),
  baggage: undefined,
  deadlineAt,
});

t.test('a client that closed its connection has left', async (t) => {
  const raw = { destroyed: false };
  const left = hasLeft({ raw });
  t.equal(left(), false);
  raw.destroyed = true;
  t.equal(left(), true);
});

t.test('one whose deadline is over has left, by the clock of the deadline', async (t) => {
  let now = 100;
  const left = runInContext(context(150), () => hasLeft({ raw: { destroyed: false } }, () => now));
  t.equal(left(), false, 'asked outside of the context too');
  now = 150;
  t.equal(left(), true);
});
