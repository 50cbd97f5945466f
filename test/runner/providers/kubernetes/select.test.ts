import t from 'tap';
import { howMany, select } from '../../../../runner/src/providers/kubernetes/select.ts';

const all = ['a', 'b', 'c', 'd', 'e'];
const take = (selection: Parameters<typeof select>[2]) => select(all, (name) => name, selection, 'pod');

t.test('modes count as Chaos Mesh counts them', async (t) => {
  const half = () => 0.5;
  for (const [selection, count] of [
    [{}, 1],
    [{ mode: 'all' }, 5],
    [{ mode: 'fixed', value: 3 }, 3],
    [{ mode: 'fixed', value: 30 }, 5],
    [{ mode: 'fixed-percent', value: 40 }, 2],
    [{ mode: 'fixed-percent', value: 1 }, 1],
    [{ mode: 'fixed-percent', value: 0 }, 0],
    [{ mode: 'random-max-percent', value: 80 }, 2],
  ] as const) {
    t.equal(howMany(selection, 5, half), count, JSON.stringify(selection));
  }
});

t.test('the same seed takes the same ones, whatever their order; another seed others', async (t) => {
  const taken = take({ mode: 'fixed', value: 2, seed: 1 });
  t.equal(new Set(taken).size, 2);
  t.same(
    select([...all].reverse(), (name) => name, { mode: 'fixed', value: 2, seed: 1 }, 'pod'),
    taken,
  );
  const seen = new Set(Array.from({ length: 50 }, (_, seed) => take({ seed })[0]));
  t.equal(seen.size, 5, 'each is taken by some seed');
});

t.test('nothing to take is an error that says so', async (t) => {
  t.throws(() => select([], String, {}, 'pod has the labels {}'), {
    code: 'ERR_PADO_NO_TARGET',
    message: /no pod has/,
  });
});
