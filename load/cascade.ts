/**
 * The load of the cascades: users of some journeys, whose arrivals, choices and order one seed decides.
 *
 *     k6 run --env JOURNEYS=list:45,checkout:5 --env SEED=1 load/cascade.ts
 *
 * k6 starts iterations at even distances, which understates queueing: each user waits for a random part of a second
 * first, so that arrivals are nearly those of a Poisson process.
 */
import { sleep } from 'k6';
import exec from 'k6/execution';
import http from 'k6/http';
import type { ConstantArrivalRateScenario, Options } from 'k6/options';
import { users } from './arrivals.ts';
import { fillCart, outcomeOf, pay, tagsOf } from './buying.ts';
import { duration, durationMs, number, oneOf, whole } from './env.ts';
import { chance } from './lib/chance.ts';
import { burstOf, type MixedJourney, mixOf, untilBurst } from './lib/mix.ts';
import { type PageBody, pages, productOf } from './lib/pages.ts';
import { systemTags } from './lib/plan.ts';
import { bodyOf, count, type Outcome } from './outcome.ts';
import { baseUrl, patienceSeconds, seed, testId, duration as wholeDuration } from './settings.ts';

const mix = mixOf(__ENV.JOURNEYS || 'list:40', number('FACTOR', 1, { from: 0.01, to: 100 }));
const burst = burstOf(__ENV.PATTERN);
const keepsLedger = oneOf('LEDGER', ['on', 'off'], 'on') === 'on';
/** How often a user who got no good answer asks again; only the first answer is judged. */
const repeats = whole('RETRY_BY_USER', 0, { from: 0, to: 5 });
/** The rate grows from nothing for so long, for a shop whose caches are cold. */
const rampMs = __ENV.RAMP ? (durationMs(duration('RAMP', '1s')) ?? 0) : 0;
const patienceMs = patienceSeconds * 1_000;

/** Rates may be in tenths; k6 makes whole numbers of iterations in a unit of time. */
const scenarioOf = (rate: number): ConstantArrivalRateScenario => ({
  executor: 'constant-arrival-rate',
  ...(burst === undefined
    ? { rate: Math.round(rate * 10), timeUnit: '10s' }
    : { rate: burst.users, timeUnit: `${burst.everyMs}ms` }),
  duration: wholeDuration,
  preAllocatedVUs:
    burst === undefined
      ? users(rate, patienceSeconds * (1 + repeats))
      : Math.ceil(burst.users * (2 + (patienceMs * (1 + repeats)) / burst.everyMs)),
  gracefulStop: `${patienceSeconds * (1 + repeats) + 1}s`,
  exec: 'user',
});

export const options: Options = {
  scenarios: Object.fromEntries(mix.map(({ journey, rate }) => [journey, scenarioOf(rate)])),
  systemTags,
  summaryTrendStats: ['avg', 'med', 'p(95)', 'p(99)', 'max', 'count'],
  discardResponseBodies: true,
};

interface Answer {
  readonly outcome: Outcome;
  readonly status: number;
  /** What the ledger says besides. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** The order that `shipment` asks for; one for all, since asking changes nothing. */
export function setup(): { orderId: string } {
  if (!mix.some(({ journey }) => journey === 'shipment')) return { orderId: '' };
  const timeout = () => '10s';
  const cartId = fillCart(1, timeout);
  const orderId = cartId && pay(cartId, `${testId}-setup`, timeout).orderId;
  if (!orderId) exec.test.abort('there is no order whose shipment could be asked for: the first checkout failed');
  return { orderId: orderId ?? '' };
}

/** One user of the journey that the scenario is named after. */
export function user({ orderId }: { readonly orderId: string }): void {
  const journey = exec.scenario.name as MixedJourney;
  const iteration = exec.scenario.iterationInTest;
  const dice = (what: string) => chance(seed, journey, iteration, what);
  sleep(burst === undefined ? dice('arrival') : untilBurst(burst, Date.now() - exec.scenario.startTime) / 1_000);
  const at = Date.now();
  if (dice('ramp') * rampMs > at - exec.scenario.startTime) return;
  const ask = () =>
    journey === 'checkout' ? buy(productOf(dice('what')), iteration) : look(journey, dice('what'), orderId);
  const { outcome, status, more } = ask();
  const ms = Date.now() - at;
  count(journey, outcome, ms);
  if (keepsLedger) console.log(JSON.stringify({ at, j: journey, o: outcome, ms, s: status, ...more }));
  let last = outcome;
  for (let left = repeats; left > 0 && last === 'bad'; left--) last = ask().outcome;
}

function look(journey: Exclude<MixedJourney, 'checkout'>, dice: number, orderId: string): Answer {
  const { route, path, isValid } = pages[journey];
  const response = http.get(`${baseUrl}${path(dice, orderId)}`, {
    timeout: patienceMs,
    responseType: 'text',
    tags: tagsOf(journey, route),
  });
  const body = response.status === 200 ? bodyOf<PageBody>(response) : undefined;
  const outcome = body === undefined || !isValid(body) ? 'bad' : body.degraded === true ? 'degraded' : 'good';
  return { outcome, status: response.status };
}

/** A cart, a product in it, and the checkout: good only when all three are. Repeated, it has the same key. */
function buy(product: number, iteration: number): Answer {
  const endsAt = Date.now() + patienceMs;
  const left = () => `${Math.max(1, endsAt - Date.now())}ms`;
  const cartId = fillCart(product, left);
  if (cartId === undefined) return { outcome: 'bad', status: 0 };
  const key = `${testId}-${iteration}`;
  const answer = pay(cartId, key, left);
  const { status, orderId } = answer;
  return { outcome: outcomeOf(answer), status, more: { key, status, orderId: orderId ?? null, cartId } };
}
