import { compare, has, implies, noTime, type Rule, rule } from '../cel.ts';

/** What is taken each second is a size and not a share; a fraction of one byte that rounds to 0 is left to the agent. */
const isSize = (field: string): string => `!self.${field}.endsWith('%') && self.${field}.matches('[1-9]')`;

const absolute = (kind: string, field: string): Rule =>
  rule(
    implies(`self.kind == '${kind}' && has(self.${field})`, isSize(field)),
    `\`${field}\` is {self.${field}}: a size each second, such as 64Mi`,
    { fieldPath: `.${field}` },
  );

/** As checkMemory in check.ts. */
export const memoryRules: Rule[] = [
  absolute('memory', 'leak'),
  absolute('gc', 'rate'),
  rule(
    implies("self.kind == 'memory' && has(self.leak)", '!has(self.ramp)'),
    '`ramp` and `leak` both say how fast: leave one out',
    { fieldPath: '.ramp', reason: 'FieldValueForbidden' },
  ),
];

const stalls = `self.kind == 'event-loop' && ${has('stall')} && ${has('every')}`;

/** As checkStall. */
export const stallRules: Rule[] = [
  rule(
    implies("self.kind == 'event-loop' && has(self.load)", 'self.load > 0.0'),
    '`load` is 0: there would be no fault',
    { fieldPath: '.load' },
  ),
  rule(
    implies(
      stalls,
      compare(['self.stall'], (stall) => `${stall} > ${noTime}`),
    ),
    '`stall` is nothing: there would be no fault',
    { fieldPath: '.stall' },
  ),
  rule(
    implies(
      stalls,
      compare(['self.stall'], (stall) => `${stall} <= duration('30s')`),
    ),
    '`stall` is {self.stall}: at most 30s at a time',
    { fieldPath: '.stall' },
  ),
  rule(
    implies(
      stalls,
      compare(['self.stall', 'self.every'], (stall, every) => `${every} > ${stall}`),
    ),
    '`every` is {self.every}, from start to start: it must be longer than the stall of {self.stall}',
    { fieldPath: '.every' },
  ),
];
