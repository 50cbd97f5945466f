import t from 'tap';
import { LoopUtilisation } from '../../../../services/kit/src/server/loop-utilisation.ts';

t.test('is that of the last interval, not of all time', async (t) => {
  const readings = [
    { idle: 1_000, active: 0, utilization: 0 },
    { idle: 1_025, active: 225, utilization: 0.18 },
    { idle: 1_275, active: 225, utilization: 0.15 },
  ];
  const loop = new LoopUtilisation(() => readings.shift()!);
  t.teardown(() => loop.close());
  t.equal(loop.value, 0);
  loop.sample();
  t.equal(loop.value, 0.9);
  loop.sample();
  t.equal(loop.value, 0);
});

t.test('measures nothing until it is asked, and nothing after it is closed', async (t) => {
  let readings = 0;
  const loop = new LoopUtilisation(() => {
    readings++;
    return { idle: 0, active: 0, utilization: 0 };
  });
  t.equal(readings, 0);
  loop.close();
  t.equal(loop.value, 0);
  t.equal(readings, 0);
});
