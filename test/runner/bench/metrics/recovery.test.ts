import t from 'tap';
import type { RunTimes, Sample } from '../../../../runner/src/bench/contracts.ts';
import { binsOf } from '../../../../runner/src/bench/metrics/bins.ts';
import { isMetastable, secondsToRecover } from '../../../../runner/src/bench/metrics/recovery.ts';
import { bad, fixed, good, injectMs, naive, run, times } from './made-run.ts';

const revert = (samples: readonly Sample[], of: RunTimes = times) =>
  secondsToRecover(binsOf(samples, [], of), of, of.revertMs);
const metastable = (samples: readonly Sample[], of: RunTimes = times) => isMetastable(binsOf(samples, [], of), of);
const failingUntil = (end: number) => run((second) => (second >= 0 && second < end ? bad() : good()));

t.test('recovery is told from the revert and from the injection', async (t) => {
  t.equal(revert(fixed), 4);
  t.equal(secondsToRecover(binsOf(fixed, [], times), times, injectMs), 14);
});

t.test('a run that never comes back has not recovered, and is metastable', async (t) => {
  t.equal(revert(naive), null);
  t.equal(metastable(naive), true);
});

t.test('thirty whole seconds must lie within the run', async (t) => {
  t.equal(revert(failingUntil(40)), 30, 'from 40 to 70');
  t.equal(revert(failingUntil(41)), null, 'right-censored');
});

t.test('a run that came back too late for thirty seconds is not still failing', async (t) => {
  t.equal(metastable(failingUntil(55)), false);
  t.equal(metastable(failingUntil(65)), true);
});

t.test('metastability is not known of a run that was watched for less than 60 s', async (t) => {
  t.equal(metastable(naive, { ...times, endMs: injectMs + 60_000 }), null);
  t.equal(metastable(naive, { ...times, endMs: injectMs + 69_800 }), true, 'a run ends within a second of its plan');
});

t.test('a trigger that harmed nobody is over at once', async (t) => {
  t.equal(revert(run(() => good())), 0);
  t.equal(
    secondsToRecover(
      binsOf(
        run(() => good()),
        [],
        times,
      ),
      times,
      injectMs,
    ),
    0,
  );
});

t.test('the second in which the trigger ended counts as the first after it', async (t) => {
  const of = { ...times, revertMs: injectMs + 10_400 };
  t.equal(revert(fixed, of), 3.6);
  t.equal(revert(failingUntil(10), of), 0);
});

t.test('one unlucky answer does not put off the recovery, one in forty does', async (t) => {
  t.equal(
    revert(run((second, user) => ((second >= 0 && second < 14) || (second === 20 && user === 0) ? bad() : good()))),
    4,
  );
  t.equal(revert(run((second, user) => (second >= 0 && (second < 14 || user === 0) ? bad() : good()))), null);
});

t.test('answers that are good but late are no recovery until their mean is near the baseline again', async (t) => {
  const late = (ms: number, end = 70) =>
    run((second) => (second < 0 ? good(100) : second < 10 ? bad() : good(second < end ? ms : 100)));
  t.equal(revert(late(109)), 0);
  t.equal(revert(late(112)), null);
  t.equal(revert(late(500, 18)), 8);
});

t.test('a baseline that varies by chance allows two standard errors, and never more than a quarter', async (t) => {
  // Seconds of 80 and 120 ms in turn: mean 98.7, s = 20.7, standard error s · √(1/15 + 1/30) = 6.5, so at most 111.7.
  const noisy = (swing: number, ms: number) =>
    run((second) => (second < 0 ? good(100 + (second % 2 === 0 ? swing : -swing)) : good(ms)));
  t.equal(revert(noisy(20, 111)), 0);
  t.equal(revert(noisy(20, 114)), null);
  // Of 50 and 150 ms: mean 96.7, standard error 16.4, so the quarter binds: at most 120.8.
  t.equal(revert(noisy(50, 120)), 0);
  t.equal(revert(noisy(50, 122)), null);
});

t.test("ten milliseconds are nobody's wait: answers of five may take fifteen, and no more", async (t) => {
  const of = (ms: number) => run((second) => (second < 0 ? good(5) : good(ms)));
  t.equal(revert(of(15)), 0);
  t.equal(revert(of(16)), null);
});

t.test('a baseline of failures is no excuse for having no answer', async (t) => {
  t.equal(revert(run((second) => (second < 0 ? good() : bad(1)))), null, 'fast failures are no recovery');
});
