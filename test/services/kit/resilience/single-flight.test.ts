import t from 'tap';
import { SingleFlight } from '../../../../services/kit/src/resilience/single-flight.ts';
import { failure } from '../../../helpers/failure.ts';

t.test('who asks for the same key while it runs gets the same run', async (t) => {
  const flights = new SingleFlight<string>();
  const { promise, resolve } = Promise.withResolvers<string>();
  let runs = 0;
  const work = () => {
    runs++;
    return promise;
  };
  const asked = [flights.run('a', work), flights.run('a', work)];
  t.equal(flights.size, 1);
  t.ok(flights.has('a'));
  t.notOk(flights.has('b'));
  t.equal(await flights.run('b', async () => 'other'), 'other');
  resolve('one');
  t.same(await Promise.all(asked), ['one', 'one']);
  t.equal(runs, 1);
  t.equal(flights.size, 0);
  t.equal(await flights.run('a', async () => 'two'), 'two', 'the next one runs anew');
});

t.test('a failure goes to all who wait and is not kept', async (t) => {
  const flights = new SingleFlight<string>();
  const work = () => {
    throw new Error('down');
  };
  const asked = [failure(flights.run('a', work)), failure(flights.run('a', work))];
  for (const error of await Promise.all(asked)) t.match(error, { message: 'down' });
  t.equal(await flights.run('a', async () => 'up'), 'up');
});
