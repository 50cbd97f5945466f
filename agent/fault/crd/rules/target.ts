import { implies, isOneOf, orElse, type Rule, rule } from '../cel.ts';

/** As in check.ts. */
export const labelRules: Rule[] = [
  rule('self.size() > 0', '`matchLabels` is empty and would hit everything: name at least one label'),
];

const mode = orElse('mode', 'all');
const isWhole = 'self.value >= 1.0 && double(int(self.value)) == self.value';

export const targetRules: Rule[] = [
  rule(
    implies(`${mode} == 'fixed' && has(self.value)`, isWhole),
    '`value` is no count: mode fixed needs a whole number from 1',
    { fieldPath: '.value' },
  ),
  rule(
    implies(
      `has(self.mode) && ${isOneOf('mode', ['fixed-percent', 'random-max-percent'])} && has(self.value)`,
      'self.value <= 100.0',
    ),
    '`value` is more than 100: mode {self.mode} needs a share from 0 to 100',
    { fieldPath: '.value' },
  ),
  rule(
    implies('has(self.value)', `!(${mode} in ['one', 'all'])`),
    '`value` has no meaning for the modes one and all: leave it out',
    { fieldPath: '.value', reason: 'FieldValueForbidden' },
  ),
];
