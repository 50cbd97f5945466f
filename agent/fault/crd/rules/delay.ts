import { compare, has, implies, noTime, orElse, type Rule, rule } from '../cel.ts';

const distribution = orElse('distribution', 'fixed');
const jitter = orElse('jitter', '0ms');
const isLatency = "self.kind == 'latency' && has(self.delay)";

/** As checkDelay in check.ts. */
export const delayRules: Rule[] = [
  rule(
    implies(
      `${isLatency} && ${distribution} == 'fixed'`,
      compare([jitter], (spread) => `${spread} == ${noTime}`),
    ),
    '`jitter` has no meaning for the distribution fixed: name uniform, normal, exponential or pareto',
    { fieldPath: '.jitter' },
  ),
  rule(
    implies(
      `${isLatency} && ${distribution} != 'fixed'`,
      compare([jitter], (spread) => `${spread} > ${noTime}`),
    ),
    '`distribution` {self.distribution} needs a `jitter`, such as 200ms',
    { fieldPath: '.distribution' },
  ),
  rule(
    implies(
      `${isLatency} && ${distribution} == 'uniform' && ${has('jitter')}`,
      compare(['self.jitter', 'self.delay'], (spread, delay) => `${spread} <= ${delay}`),
    ),
    '`jitter` is {self.jitter}, more than the delay of {self.delay}: a delay cannot be negative',
    { fieldPath: '.jitter' },
  ),
  rule(
    implies(
      isLatency,
      compare(['self.delay', jitter], (delay, spread) => `${delay} > ${noTime} || ${spread} > ${noTime}`),
    ),
    '`delay` is nothing: there would be no fault',
    { fieldPath: '.delay' },
  ),
];
