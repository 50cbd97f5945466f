import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { k6 } from '../helpers/k6.ts';
import { fakeShop } from './fake-shop.ts';

const { run, directory } = await k6(t);
/** Wide, for machines that are busy: these tests are about the scripts. */
const generous = { P99_MS: '30000', BROWSE_RATE: '4', CHECKOUT_RATE: '1' };

const short: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  shop: { DURATION: '1s', BROWSE_RATE: '4', CHECKOUT_RATE: '1' },
  smoke: { ...generous, DURATION: '1s' },
  steady: { ...generous, DURATION: '1s' },
  spike: { ...generous, SPIKE_FACTOR: '2', CALM: '1s', SPIKE: '1s', SETTLING: '1s', RECOVERED: '1s' },
  soak: { ...generous, DURATION: '3s' },
  'checkout-ledger': { ...generous, DURATION: '1s' },
};
const browsing = ['GET /api/v1/products', 'GET /api/v1/products/:id', 'GET /api/v1/search'];
const buying = ['POST /api/v1/carts', 'PUT /api/v1/carts/:id/items/:id', 'POST /api/v1/checkout'];

t.test('each script does what users do, and its thresholds hold', async (t) => {
  const results = await Promise.all(
    Object.entries(short).map(async ([name, env]) => {
      const shop = await fakeShop(t);
      return { name, shop, ...(await run(`load/${name}.ts`, { env: { ...env, BASE_URL: shop.url } })) };
    }),
  );
  for (const { name, shop, exitCode, output } of results) {
    // The thresholds of shop.ts are for a machine that does nothing else.
    if (name !== 'shop') t.equal(exitCode, 0, `${name} exits with 0`, { output });
    const journeys = [...(name === 'checkout-ledger' ? [] : browsing), ...buying];
    t.same([...shop.asked.keys()].sort(), journeys.sort(), `the requests of ${name}`);
  }
  t.match(
    results.find(({ name }) => name === 'soak')?.output,
    /checkout: p99 .* ms in the first tenth, .* in the last/,
  );
});

t.test('one bad answer fails the smoke test', async (t) => {
  const shop = await fakeShop(t, { isBroken: () => true });
  const { exitCode, output } = await run('load/smoke.ts', { env: { ...short.smoke, BASE_URL: shop.url } });
  t.equal(exitCode, 99);
  t.match(output, /shop_bad_share\{scenario:checkout\}/);
});

t.test('samples carry the labels of the metrics of services', async (t) => {
  const shop = await fakeShop(t);
  const file = join(directory, 'samples.json');
  await run('load/smoke.ts', { env: { ...short.smoke, BASE_URL: shop.url }, args: [`--out=json=${file}`] });
  const samples = (await readFile(file, 'utf8'))
    .split('\n')
    .filter((line) => line.includes('"metric":"http_req_duration"') && line.includes('"Point"'))
    .map((line) => (JSON.parse(line) as { data: { tags: Record<string, string> } }).data.tags);
  const seen = new Set(samples.map(({ method, route, status }) => `${method} ${route} ${status}`));
  for (const what of ['GET /api/v1/products/:id 200', 'POST /api/v1/checkout 201', 'POST /api/v1/carts 201'])
    t.ok(seen.has(what), `${what} is among ${[...seen].join(', ')}`);
});

t.test('settings that make no sense are refused before the first request', async (t) => {
  const cases: readonly (readonly [script: string, env: Record<string, string>, message: RegExp])[] = [
    ['shop', { BROWSE_RATE: '0' }, /BROWSE_RATE is "0": it should be a whole number from 1 to 10000/],
    ['shop', { CHECKOUT_RATE: '1.5' }, /CHECKOUT_RATE is "1.5"/],
    ['shop', { DURATION: '30' }, /DURATION is "30": it should be a duration such as 30s or 1m30s, from 1s to 24h/],
    ['soak', { DURATION: '25h' }, /DURATION is "25h"/],
    ['steady', { BASE_URL: 'localhost:8080' }, /BASE_URL is "localhost:8080": it should be an address/],
    ['smoke', { TEST_ID: 'two words' }, /TEST_ID is "two words"/],
    ['spike', { SPIKE_FACTOR: '100', BROWSE_RATE: '200' }, /SPIKE_FACTOR × 200 is 20000 a second/],
    ['breakpoint', { JOURNEY: 'buy' }, /JOURNEY is "buy": it should be one of checkout, browse/],
    ['breakpoint', { STEP_DURATION: '1s' }, /a p99 needs 100 a step/],
    ['breakpoint', { MAX_RATE: '5' }, /MAX_RATE is 5: it should be at least START_RATE/],
    ['breakpoint', { STEP_RATE: '1', MAX_RATE: '1000' }, /these are 991 steps, at most 200/],
    ['ledger-check', {}, /LEDGER is missing/],
  ];
  for (const [script, env, message] of cases) {
    const { exitCode, output } = await run(`load/${script}.ts`, { env });
    t.not(exitCode, 0);
    t.match(output, message);
  }
});
