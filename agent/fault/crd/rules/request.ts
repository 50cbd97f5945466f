import { has, implies, isOneOf, orElse, type Rule, rule } from '../cel.ts';
import { layersOfMatch, requestKinds } from './request-kinds.ts';

const layer = orElse('layer', 'http');
const isRequest = isOneOf('kind', requestKinds);
const onHttp = `${isRequest} && ${layer} == 'http'`;
const offHttp = `${isRequest} && ${layer} in ['tcp', 'dns']`;

/** As checkRequest in check.ts. */
const layerRules: Rule[] = [
  rule(
    implies(onHttp, 'has(self.direction)'),
    '`direction` is missing: inbound (requests that the target receives) or outbound (requests that the target sends)',
    { fieldPath: '.direction', reason: 'FieldValueRequired' },
  ),
  rule(
    implies(`${offHttp} && has(self.direction)`, "self.direction == 'outbound'"),
    '`direction` is inbound, but layer {self.layer} is outbound: leave it out',
    { fieldPath: '.direction' },
  ),
  rule(
    implies(`${offHttp} && has(self.sampling)`, "self.sampling != 'request'"),
    '`sampling` request needs headers, which layer {self.layer} does not have: use attempt',
    { fieldPath: '.sampling' },
  ),
  rule(
    implies(`${isRequest} && has(self.at)`, `${layer} != 'dns'`),
    '`at` has no meaning for layer dns: leave it out',
    { fieldPath: '.at', reason: 'FieldValueForbidden' },
  ),
];

const matchRules: Rule[] = Object.entries(layersOfMatch).flatMap(([field, layers]) => {
  if (layers.length === 3) return [];
  return rule(
    implies(`${isRequest} && ${has(`match.${field}`)}`, `!(${layer} in ['tcp', 'dns']) || ${isOneOf('layer', layers)}`),
    `\`match.${field}\` has no meaning for layer {self.layer}: it belongs to ${layers.join(', ')}`,
    { fieldPath: `.match.${field}`, reason: 'FieldValueForbidden' },
  );
});

const inbound = `${onHttp} && has(self.direction) && self.direction == 'inbound'`;

/** As checkHttp. Whether an expression between slashes is one is left to the agent. */
const httpRules: Rule[] = [
  rule(
    implies(`self.kind == 'abort' && ${inbound} && has(self.code)`, "self.code == 'ECONNRESET'"),
    '`code` cannot be this one: an inbound connection can only be reset, use ECONNRESET or direction outbound',
    { fieldPath: '.code' },
  ),
  ...['service', 'host'].map((field) =>
    rule(
      implies(inbound, `!(${has(`match.${field}`)})`),
      `\`match.${field}\` names the far side of an outbound request: for inbound requests name the target in \`target.selector\``,
      { fieldPath: `.match.${field}`, reason: 'FieldValueForbidden' },
    ),
  ),
  rule(
    implies(`${onHttp} && ${has('match.path')}`, "self.match.path.startsWith('/') || self.match.path.startsWith('*')"),
    '`path` is {self.match.path}: a path begins with / (or with * for any)',
    { fieldPath: '.match.path' },
  ),
];

export const requestRules: Rule[] = [...layerRules, ...matchRules, ...httpRules];
