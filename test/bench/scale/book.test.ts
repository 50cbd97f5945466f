import t from 'tap';
import { Book, merged, mostAtOnce } from './harness/book.ts';

t.test('a fault is one, whether its name or its uid is spoken of', async (t) => {
  const book = new Book();
  book.of('slow').seen.push(1);
  book.of('uid-1').armed.push(2);
  t.match(book.read({ name: 'slow', uid: 'uid-1' }), { seen: [1], armed: [2], disarmed: [] });
  t.match(merged([book.read({ name: 'slow', uid: 'uid-1' }), book.read({ name: 'slow', uid: 'uid-1' })]), {
    seen: [1, 1],
  });
});

t.test('one that takes the place of another is not two at a time', async (t) => {
  t.equal(mostAtOnce({ armed: [], disarmed: [] }), 0);
  t.equal(mostAtOnce({ armed: [1, 2, 5], disarmed: [5, 6, 7] }), 2);
  t.equal(mostAtOnce({ armed: [1, 2, 3], disarmed: [] }), 3);
});
