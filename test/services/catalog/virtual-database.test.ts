import t from 'tap';
import { VirtualDatabase } from '../../../services/catalog/src/virtual-database.ts';
import { failure } from '../../helpers/failure.ts';

/** Time passes when told: each query's pause ends by `tick`. */
function virtual(slots: number) {
  const pauses: { ms: number; end: () => void }[] = [];
  const database = new VirtualDatabase({
    slots,
    timeMs: 40,
    sleep: (ms) => new Promise<void>((end) => pauses.push({ ms, end })),
  });
  const tick = async () => {
    pauses.shift()?.end();
    await new Promise(setImmediate);
  };
  return { database, pauses, tick };
}

t.test('by default it adds nothing', async (t) => {
  const sleep = () => t.fail('no pause') as never;
  t.equal(await new VirtualDatabase({ slots: 0, timeMs: 0, sleep }).query(async () => 'x'), 'x');
});

t.test('so many queries at a time, each for its time, first come, first served', async (t) => {
  const { database, pauses, tick } = virtual(2);
  const begun: number[] = [];
  const ended: number[] = [];
  const all = [1, 2, 3, 4].map((n) => database.query(async () => begun.push(n)).then(() => ended.push(n)));
  await new Promise(setImmediate);
  t.same(begun, [1, 2]);
  t.same(ended, [], 'the real answer is not enough');
  t.same(
    pauses.map(({ ms }) => ms),
    [40, 40],
  );
  t.equal(database.waiting, 2);
  await tick();
  t.same(ended, [1]);
  t.same(begun, [1, 2, 3]);
  await tick();
  await tick();
  await tick();
  await Promise.all(all);
  t.same(begun, [1, 2, 3, 4]);
  t.equal(database.waiting, 0);
});

t.test('a query that fails holds its slot no shorter, and gives it on', async (t) => {
  const { database, tick, pauses } = virtual(1);
  const first = failure(
    database.query(async () => {
      throw new Error('syntax');
    }),
  );
  const second = database.query(async () => 'x');
  await new Promise(setImmediate);
  t.equal(pauses.length, 1, 'the second one waits still');
  await tick();
  t.match(await first, { message: 'syntax' });
  await tick();
  t.equal(await second, 'x');
});

t.test('without a limit on slots each query still takes its time', async (t) => {
  const { database, pauses, tick } = virtual(0);
  const all = Promise.all([1, 2, 3].map(() => database.query(async () => 'x')));
  await new Promise(setImmediate);
  t.equal(pauses.length, 3);
  for (let i = 0; i < 3; i++) await tick();
  t.same(await all, ['x', 'x', 'x']);
});
