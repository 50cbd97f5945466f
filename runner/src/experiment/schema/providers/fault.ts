import { type FaultSpec, faultSpecSchema } from '@pado/fault';
import { literal, object, oneOf, type Schema, string } from '@pado/fault/json-schema';

export const faultProvider = object(
  {
    type: literal('fault', { description: 'fault: injects a fault through the agent' }),
    spec: faultSpecSchema as Schema<FaultSpec>,
  },
  {
    name: string({
      description: 'a name of lower-case letters, digits and dashes, at most 63 characters',
      pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
      maxLength: 63,
    }),
    wait: oneOf(['armed', 'ended'], {
      description: 'what the action waits for: armed (in force in at least one process) or ended (its ttl is over)',
      default: 'armed',
    }),
  },
  { description: 'the provider fault: {type: fault, spec: …}' },
);
