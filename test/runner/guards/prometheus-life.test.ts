import t from 'tap';
import { guarded, onPrometheus } from './guarded.ts';

const gone = (): never => {
  throw new Error('Prometheus at http://127.0.0.1:9 could not be reached');
};

t.test('a Prometheus that does not answer for 3 s stops the run', async (t) => {
  const { clock, guards, world, stops } = guarded(t, { needsPrometheus: true });
  guards.enter('steady-state');
  await clock.advance(5_000);
  world.answer = gone;
  await clock.advance(3_000);
  t.same(stops, [], 'three looks, and not yet 3 s');
  await clock.advance(1_000);
  t.match(stops, [
    {
      name: 'Prometheus does not answer',
      reason: /did not answer 4 looks in a row, for 3.0 s: .*could not be reached/,
    },
  ]);
});

t.test('one that is back after two missed looks does not', async (t) => {
  const { clock, guards, world, stops } = guarded(t, { needsPrometheus: true });
  guards.enter('experiment');
  for (let times = 0; times < 5; times++) {
    world.answer = gone;
    await clock.advance(2_000);
    world.answer = () => 1;
    await clock.advance(1_000);
  }
  t.same(stops, []);
});

t.test('its death is no miss of the conditions that ask it', async (t) => {
  const { clock, guards, world, looks, stops, notes } = guarded(t, { conditions: [onPrometheus] });
  guards.enter('experiment');
  await clock.advance(5_000);
  t.ok(looks.length > 0);
  world.answer = gone;
  world.scrape = gone;
  world.observe = gone;
  await clock.advance(5_000);
  t.match(stops, [{ name: 'Prometheus does not answer' }]);
  t.same(notes(), []);
});

t.test('it is told once where it is to be ignored', async (t) => {
  const { clock, guards, world, stops, notes } = guarded(t, { conditions: [onPrometheus], prometheusDown: 'ignore' });
  guards.enter('experiment');
  world.answer = gone;
  world.scrape = gone;
  world.observe = gone;
  await clock.advance(20_000);
  t.same(stops, []);
  t.equal(notes().length, 1);
  t.match(notes()[0], /ignored/);
  world.answer = () => 1;
  await clock.advance(1_000);
  t.equal(notes()[1], 'Prometheus answers again');
});

t.test('nobody asks it where nothing needs it', async (t) => {
  const { clock, guards, queries } = guarded(t);
  guards.enter('experiment');
  await clock.advance(5_000);
  t.same(queries, []);
});

t.test('a query that is refused by one that lives is the condition’s own failure', async (t) => {
  const { clock, guards, world, stops, notes } = guarded(t, { conditions: [onPrometheus] });
  world.observe = () => {
    throw new Error('Prometheus answered 400: parse error');
  };
  guards.enter('experiment');
  await clock.advance(6_000);
  t.equal(notes().length, 1);
  t.match(stops, [{ name: 'bad answers', reason: /3 times in a row: Prometheus answered 400/ }]);
});
