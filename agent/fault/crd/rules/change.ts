import { implies, type Rule, rule } from '../cel.ts';
import type { Node } from '../node.ts';

/** A spec is what its agents go by and its evidence tells of: only `stopped` may change, and only to true. */
export const changeRules = (spec: Node): Rule[] =>
  Object.keys(spec.properties ?? {}).map((field) => {
    if (field === 'stopped') return stoppedRule;
    const same = `self.${field} == oldSelf.${field}`;
    const isRequired = spec.required?.includes(field) ?? false;
    return rule(
      isRequired ? same : `has(self.${field}) == has(oldSelf.${field}) && (${implies(`has(self.${field})`, same)})`,
      `\`${field}\` of a fault cannot change, only \`stopped\` can: delete it and create another`,
      { fieldPath: `.${field}`, reason: 'FieldValueForbidden' },
    );
  });

const stoppedRule = rule(
  implies('has(oldSelf.stopped) && oldSelf.stopped', 'has(self.stopped) && self.stopped'),
  '`stopped` was true: a fault that has been stopped stays so, create another',
  { fieldPath: '.stopped', reason: 'FieldValueForbidden' },
);
