import t from 'tap';
import { FailureLog } from '../../../../services/kit/src/server/failure-log.ts';
import { FakeClock } from './fake-clock.ts';

t.test('one line a second, with the number of those left out', async (t) => {
  const lines: unknown[] = [];
  const clock = new FakeClock();
  const log = new FailureLog({ warn: (line: unknown) => lines.push(line) }, clock);
  const add = (code: string) => log.add({ status: 503, route: '/things', code, reason: 'because' });
  for (const code of ['first', 'second', 'third']) add(code);
  t.match(lines, [{ status: 503, route: '/things', code: 'first', reason: 'because', leftOut: 0 }]);
  clock.advance(1_000);
  add('fourth');
  t.match(lines[1], { code: 'fourth', leftOut: 2 });
  t.equal(lines.length, 2);
});
