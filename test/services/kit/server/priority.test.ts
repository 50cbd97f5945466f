import t from 'tap';
import { parsePriority, priorityOf } from '../../../../services/kit/src/server/priority.ts';

t.test('reads one digit and nothing else', async (t) => {
  t.equal(parsePriority('0'), 0);
  t.equal(parsePriority('9'), 9);
  for (const wrong of [undefined, '', '10', '-1', '1.5', 'high', ['1', '2']]) t.equal(parsePriority(wrong), undefined);
});

t.test('the caller says it, else the route, else it is 5; an edge believes the route only', async (t) => {
  t.equal(priorityOf('3', { priority: 7 }, false), 3);
  t.equal(priorityOf(undefined, { priority: 7 }, false), 7);
  t.equal(priorityOf(undefined, {}, false), 5);
  t.equal(priorityOf('0', { priority: 7 }, true), 7);
  t.equal(priorityOf('0', {}, true), 5);
});
