import t from 'tap';
import { add, ofFaults, scaled, since, text, total } from './harness/counts.ts';

t.test('counts are added, compared and scaled name by name', async (t) => {
  t.same(add({ a: 1 }, { a: 2, b: 3 }, {}), { a: 3, b: 3 });
  t.same(since({ a: 1, b: 2 }, { a: 4, b: 2, c: 1 }), { a: 3, c: 1 });
  t.same(scaled({ a: 3 }, 0.5), { a: 1.5 });
});

t.test('a refused request counts once', async (t) => {
  t.equal(total({ 'POST leases': 3, 'refused 409 POST leases': 2, 'GET leases': 1 }), 4);
});

t.test('what goes on without a fault is not counted as its own', async (t) => {
  const counts = {
    ...{ 'GET leader': 5, 'PUT leader': 1, 'WATCH faults': 2, 'GET secrets': 1, 'GET ca': 1 },
    ...{ 'GET leases': 7, 'POST events': 1, 'refused 404 GET leases': 1 },
  };
  t.same(ofFaults(counts), { 'GET leases': 7, 'POST events': 1, 'refused 404 GET leases': 1 });
});

t.test('the most frequent is named first, and what rounds to nothing not at all', async (t) => {
  t.equal(text({ 'GET a': 2, 'PUT b': 1_200.4, 'POST c': 0.3 }), 'PUT b 1,200, GET a 2');
  t.equal(text({ 'POST c': 0.3 }, 1), 'POST c 0.3');
});
