import { faultSpecSchema } from '../src/schema.ts';
import { rule } from './cel.ts';
import { age, type Column, definition, objectFields } from './definition.ts';
import type { Node, Structural } from './node.ts';
import { answerRules } from './rules/answer.ts';
import { changeRules } from './rules/change.ts';
import { delayRules } from './rules/delay.ts';
import { requestRules } from './rules/request.ts';
import { memoryRules, stallRules } from './rules/resource.ts';
import { labelRules, targetRules } from './rules/target.ts';
import { phaseRules, startRules, ttlRules } from './rules/times.ts';
import { statusSchema } from './status.ts';
import { addRules, structural } from './structural.ts';

/** A custom resource may have dots in its name; a fault's is a label's value too, and a part of other names. */
const nameRules = [
  rule(
    "self.metadata.name.size() <= 63 && !self.metadata.name.contains('.')",
    'the name should be one of lower-case letters, digits and dashes, at most 63 characters',
  ),
];

function faultResource(): Structural {
  const root: Structural = {
    type: 'object',
    description: 'A fault: what happens to which pods of its namespace, and how long.',
    required: ['spec'],
    properties: {
      ...objectFields,
      spec: structural(faultSpecSchema as Node),
      status: structural(statusSchema as Node),
    },
  };
  addRules(root, '', nameRules);
  addRules(root, 'spec', [...startRules, ...changeRules(faultSpecSchema as Node)]);
  addRules(root, 'spec.ttl', ttlRules);
  for (const phase of ['active', 'dormant'] as const) addRules(root, `spec.pulse.${phase}`, phaseRules(phase));
  addRules(root, 'spec.target', targetRules);
  addRules(root, 'spec.target.selector.matchLabels', labelRules);
  addRules(root, 'spec.effects[]', [...requestRules, ...answerRules, ...delayRules, ...memoryRules, ...stallRules]);
  return root;
}

/** So that `kubectl get flt` reads like a sentence. */
const columns: Column[] = [
  { name: 'Effect', type: 'string', jsonPath: '.status.effect' },
  { name: 'Target', type: 'string', jsonPath: '.status.target' },
  { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
  { name: 'Pods', type: 'string', jsonPath: '.status.pods', description: 'in force / selected' },
  { name: 'Applied', type: 'integer', jsonPath: '.status.applied', description: 'requests that were hit' },
  { name: 'Requested', type: 'string', jsonPath: '.status.requested', description: 'mean dose that was asked for' },
  { name: 'Delivered', type: 'string', jsonPath: '.status.delivered', description: 'mean dose that was measured' },
  { name: 'TTL', type: 'string', jsonPath: '.spec.ttl' },
  age,
  { name: 'Message', type: 'string', jsonPath: '.status.message', priority: 1 },
  { name: 'End', type: 'string', jsonPath: '.status.endReason', priority: 1 },
];

export const faultDefinition = definition(
  { kind: 'Fault', plural: 'faults', shortNames: ['flt'] },
  faultResource(),
  columns,
  { status: {} },
);
