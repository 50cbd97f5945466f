import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import {
  calibrated,
  isOfThisMachine,
  readCalibration,
  thisMachine,
  writeCalibration,
} from '../../../runner/src/bench/calibration.ts';

const written = { rate: 45, checkout_rate: 5, service_time_ms: 50, slow_time_ms: 200, slots: 3, outage_seconds: 10 };

t.test('a machine with room to spare changes nothing', async (t) => {
  t.strictSame(calibrated(written, { scale: 1 }), {});
});

t.test('a slower one gets smaller rates and capacities in the same proportion, and nothing else', async (t) => {
  t.strictSame(calibrated(written, { scale: 0.5 }), {
    rate: 23,
    checkout_rate: 3,
    service_time_ms: 100,
    slow_time_ms: 400,
  });
  t.strictSame(calibrated({ rate: 1, name: 'x_rate' }, { scale: 0.1 }), { rate: 1 }, 'never below 1');
});

t.test('the virtual knee is at most a fifth of the physical one, and the result is kept', async (t) => {
  const state = await mkdtemp(join(tmpdir(), 'pado-calibration-'));
  t.teardown(() => rm(state, { recursive: true, force: true }));
  t.equal(await readCalibration(state), undefined);
  t.equal((await writeCalibration(state, 600, new Date(0))).scale, 1);
  t.equal((await writeCalibration(state, 240, new Date(0))).scale, 0.8);
  const kept = await readCalibration(state);
  t.match(kept, { kneePerSecond: 240, scale: 0.8, at: '1970-01-01T00:00:00.000Z', machine: thisMachine() });
  t.ok(isOfThisMachine(kept!));
  t.notOk(isOfThisMachine({ ...kept!, machine: { ...kept!.machine, cores: 99 } }));
});
