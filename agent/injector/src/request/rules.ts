import { type Decide, type Hook, hooksOf } from '../hooks/index.ts';
import { markSpan } from '../hooks/mark.ts';
import { startInterval, stopInterval } from '../host/clock.ts';
import { guarded, safely } from '../host/guard.ts';
import { decide } from './decide.ts';
import type { Hooked, Rule } from './rule.ts';

/** How often the hooks look for libraries that the host loaded after arming. */
const rescanMs = 1_000;

/** The armed rules for one group of hooks. The hooks are there as long as there is a rule, and not a moment longer. */
class Armed {
  readonly #rules = new Set<Rule>();
  readonly #create: () => Hook[];
  #hooks: Hook[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(create: () => Hook[]) {
    this.#create = create;
  }

  add(rule: Rule): void {
    this.#rules.add(rule);
    if (this.#rules.size > 1) return;
    this.#hooks = this.#create();
    const scan = () => {
      for (const hook of this.#hooks) hook.scan();
    };
    scan();
    this.#timer = startInterval(guarded(scan), rescanMs).unref();
  }

  remove(rule: Rule): void {
    rule.revoked = true;
    if (this.#rules.delete(rule) && this.#rules.size === 0) {
      stopInterval(this.#timer);
      for (const hook of this.#hooks) hook.remove();
      this.#hooks = [];
    }
    for (const wait of [...rule.waits]) wait.cut(rule);
  }

  /** The facts are read under the same guard: what the host's own objects throw is no business of the request. */
  readonly decide: Decide = (facts) => safely(() => decide(this.#rules, facts()));
}

/** What goes out does so in the context of the host's own span; for what comes in, the hook marks the answer's. */
const armedFor = (hooked: Hooked): Armed => {
  const decideAndMark: Decide = (facts) => {
    const plan = armed.decide(facts);
    if (plan) safely(() => markSpan(plan));
    return plan;
  };
  const armed: Armed = new Armed(() => hooksOf[hooked](hooked === 'http inbound' ? armed.decide : decideAndMark));
  return armed;
};

const armed: Readonly<Record<Hooked, Armed>> = {
  'http inbound': armedFor('http inbound'),
  'http outbound': armedFor('http outbound'),
  tcp: armedFor('tcp'),
  dns: armedFor('dns'),
};

export const addRule = (rule: Rule): void => armed[rule.hooked].add(rule);
export const removeRule = (rule: Rule): void => armed[rule.hooked].remove(rule);
