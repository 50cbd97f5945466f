import { implies, orElse, type Rule, rule } from '../cel.ts';

const onHttp = `self.kind == 'error' && ${orElse('layer', 'http')} == 'http'`;
const onDns = `self.kind == 'error' && ${orElse('layer', 'http')} == 'dns'`;

/** As checkAnswer in check.ts: on layer http an error is a status, on layer dns a code. */
export const answerRules: Rule[] = [
  rule(implies(onHttp, 'has(self.status)'), '`status` is missing: an HTTP status from 400 to 599', {
    fieldPath: '.status',
    reason: 'FieldValueRequired',
  }),
  rule(implies(onDns, 'has(self.code)'), '`code` is missing: ENOTFOUND or EAI_AGAIN', {
    fieldPath: '.code',
    reason: 'FieldValueRequired',
  }),
  misplaced('code', onHttp, 'http', 'dns'),
  ...['status', 'body', 'headers'].map((field) => misplaced(field, onDns, 'dns', 'http')),
];

function misplaced(field: string, when: string, layer: string, owner: string): Rule {
  const text = `\`${field}\` belongs to layer ${owner}: this effect is on layer ${layer}`;
  return rule(implies(when, `!has(self.${field})`), text, { fieldPath: `.${field}`, reason: 'FieldValueForbidden' });
}
