import { compare, implies, noTime, type Rule, rule } from '../cel.ts';

/** As in check.ts. */
export const ttlRules: Rule[] = [
  rule(
    compare(['self'], (ttl) => `${ttl} > ${noTime}`),
    '`ttl` is nothing: a fault needs a time to live, such as 60s',
  ),
  rule(
    compare(['self'], (ttl) => `${ttl} <= duration('1h')`),
    '`ttl` is {self}: at most 1h, so that no fault is forgotten',
  ),
];

export const startRules: Rule[] = [
  rule(
    implies(
      'has(self.startAfter)',
      compare(['self.startAfter', 'self.ttl'], (start, ttl) => `${start} == ${noTime} || ${start} < ${ttl}`),
    ),
    '`startAfter` is {self.startAfter}, but it counts towards the ttl of {self.ttl}: the fault would never begin',
    { fieldPath: '.startAfter' },
  ),
];

export const phaseRules = (phase: 'active' | 'dormant'): Rule[] => [
  rule(
    compare(['self'], (duration) => `${duration} > ${noTime}`),
    `\`${phase}\` is nothing: leave \`pulse\` out for a fault without pauses`,
  ),
];
