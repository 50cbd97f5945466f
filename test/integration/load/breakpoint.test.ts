import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import type { KneeResult } from '../../../load/lib/knee.ts';
import { k6 } from '../../helpers/k6.ts';
import { fakeShop } from '../../load/fake-shop.ts';

const { run, directory } = await k6(t);
const settings = { JOURNEY: 'browse', START_RATE: '100', STEP_DURATION: '2s', P99_MS: '400', MAX_USERS: '300' };
const resultOf = async (env: Readonly<Record<string, string>>) => {
  const { exitCode, output } = await run('load/breakpoint.ts', { env: { ...settings, ...env } });
  const result = JSON.parse(await readFile(join(directory, env.SUMMARY_FILE!), 'utf8')) as KneeResult;
  return { exitCode, output, result };
};

t.test('finds the knee of a server that answers 400 a second, and stops there', async (t) => {
  const everyMs = 1_000 / 400;
  let freeAtMs = 0;
  const shop = await fakeShop(t, {
    before: () => {
      freeAtMs = Math.max(performance.now(), freeAtMs) + everyMs;
      return sleep(freeAtMs - performance.now());
    },
  });
  const env = { BASE_URL: shop.url, STEP_RATE: '150', MAX_RATE: '1150', SUMMARY_FILE: 'knee.json' };
  const { exitCode, output, result } = await resultOf(env);
  t.equal(exitCode, 99, 'a threshold has ended it');
  t.match(result, { journey: 'browse', isReached: true, stepSeconds: 2 });
  t.ok(result.knee !== null && result.knee >= 100 && result.knee <= 700, `the knee is ${result.knee}`);
  t.match(output, `browse: ${result.knee}/s is the highest rate that held`);
  const [first] = result.steps;
  t.ok(first !== undefined && first.samples >= 160 && first.samples <= 240, 'a step tells its samples');
  t.same(
    result.steps.filter(({ held }) => held).map(({ rate }) => rate),
    result.steps.slice(0, -1).map(({ rate }) => rate),
    'the last step alone did not hold',
  );
});

t.test('says so when every step held', async (t) => {
  const shop = await fakeShop(t);
  const env = { BASE_URL: shop.url, MAX_RATE: '100', P99_MS: '30000', SUMMARY_FILE: 'none.json' };
  const { exitCode, output, result } = await resultOf(env);
  t.equal(exitCode, 0);
  t.match(result, { knee: 100, isReached: false, steps: [{ rate: 100, held: true }] });
  t.match(output, /the knee is higher/);
});
