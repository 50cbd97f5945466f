import { array, integer, object, oneOf, string } from '../src/json-schema.ts';
import { endReason, evidence } from './evidence.ts';

const condition = object(
  {
    type: oneOf(['Selected', 'AllInjected', 'AllRecovered'], { description: 'what is true or not' }),
    status: oneOf(['True', 'False', 'Unknown'], { description: 'whether it is' }),
    reason: string({ description: 'one word for programs' }),
    message: string({ description: 'a sentence for people' }),
    lastTransitionTime: string({ description: 'when the status changed last', format: 'date-time' }),
  },
  { observedGeneration: integer({ description: 'the generation of the spec that it is about' }) },
  { description: 'a condition' },
);

const conditions = {
  ...array(condition, { description: 'Selected, AllInjected and AllRecovered' }),
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['type'],
};

/** FaultResourceStatus of ../src/kubernetes.ts; a test keeps the two the same. */
export const statusSchema = object(
  {
    phase: oneOf(['Pending', 'Injected', 'Ended', 'Refused'], {
      description: 'Refused: a cap, the safety lever or a name that does not exist forbids it; nothing was armed',
    }),
    message: string({ description: 'a sentence on how it stands' }),
    effect: string({ description: 'the effects, such as latency 2s' }),
    target: string({ description: 'the selector, such as app.kubernetes.io/name=payments' }),
    selected: integer({ description: 'pods that selector and mode choose' }),
    reached: integer({ description: 'pods that were reached' }),
    injected: integer({ description: 'pods in which it is in force' }),
    recovered: integer({ description: 'pods in which it has been undone' }),
    pods: string({ description: 'injected/selected' }),
    matched: integer({ description: 'requests that fitted a match while it was in force' }),
    applied: integer({ description: 'requests that were hit' }),
    conditions,
    evidence,
  },
  {
    endReason,
    requested: string({ description: 'mean dose that was asked for, of the first effect that has one' }),
    delivered: string({ description: 'mean dose that was measured' }),
    observedGeneration: integer({ description: 'the generation of the spec that the status is about' }),
  },
  { description: 'what became of the fault, for people; summed from its FaultReports' },
);
