/**
 * Asks the shop about each line of a ledger: is every order that was promised there, under the id that was promised, and
 * is it confirmed? Asking makes no order. Exit code 99: one is lost, doubled or unfinished.
 */
import exec from 'k6/execution';
import { Counter } from 'k6/metrics';
import type { Options } from 'k6/options';
import { duration, durationMs, whole } from './env.ts';
import { findingOf } from './lib/audit.ts';
import { findings } from './lib/findings.ts';
import { ledger } from './lib/ledger.ts';
import { systemTags } from './lib/plan.ts';

const rate = whole('CHECK_RATE', 20, { to: 1_000 });
/** How long an order that waits for its payment may take. */
const settleMs = durationMs(duration('SETTLE', '30s')) ?? 0;
const counters = Object.fromEntries(findings.map((finding) => [finding, new Counter(`ledger_${finding}`)]));

export const options: Options = {
  scenarios: {
    check: {
      executor: 'constant-arrival-rate',
      rate,
      timeUnit: '1s',
      // One second more, for a rate never makes quite so many.
      duration: `${Math.ceil(ledger.length / rate) + 1}s`,
      preAllocatedVUs: Math.min(ledger.length, rate),
      maxVUs: Math.min(Math.max(ledger.length, rate), Math.ceil(rate * (settleMs / 1_000 + 10))),
      gracefulStop: `${settleMs + 10_000}ms`,
      exec: 'check',
    },
  },
  systemTags,
  discardResponseBodies: true,
  thresholds: {
    'dropped_iterations{scenario:check}': ['count<1'],
    ledger_checked: [`count==${ledger.length}`],
    ...Object.fromEntries(['lost', 'doubled', 'unfinished'].map((finding) => [`ledger_${finding}`, ['count==0']])),
  },
};

const checked = new Counter('ledger_checked');

export function check(): void {
  const line = ledger[exec.scenario.iterationInTest];
  if (line === undefined) return;
  const { finding, why } = findingOf(line, settleMs);
  // All of them move, by 0 or 1, so that a threshold has something to judge.
  for (const [name, counter] of Object.entries(counters)) counter.add(name === finding ? 1 : 0);
  checked.add(1);
  if (why !== undefined) console.error(`${finding}: ${line.key}: ${why}`);
}
