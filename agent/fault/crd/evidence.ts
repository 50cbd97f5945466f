import { array, integer, number, object, oneOf, string } from '../src/json-schema.ts';

const dose = object(
  {
    unit: oneOf(['ms', 'percent', 'bytes'], {
      description: 'ms for latency, percent for event-loop and cpu, bytes for memory',
    }),
    samples: integer({ description: 'how many requests (latency) or seconds (resources) were measured' }),
    requestedSum: number({ description: 'sum of what was asked for' }),
    deliveredSum: number({ description: 'sum of what was measured' }),
    deliveredMin: number({ description: 'the smallest that was measured' }),
    deliveredMax: number({ description: 'the largest that was measured' }),
    errorBuckets: array(
      array(number({ description: 'a bound or a count' }), { description: 'upper bound and count' }),
      {
        description: 'delivered - requested: upper bounds and the count at or below each (cumulative)',
      },
    ),
  },
  {},
  { description: 'requested and delivered dose' },
);

const effectEvidence = object(
  {
    index: integer({ description: 'index in spec.effects' }),
    kind: string({ description: 'kind of the effect' }),
    matched: integer({ description: 'requests that fitted the match while it was in force, hit or not' }),
    applied: integer({ description: 'requests that were hit; for resource effects 1 once the effect bites' }),
    cut: integer({ description: 'requests whose delay was cut short because the fault ended' }),
  },
  { dose },
  { description: 'what one effect did' },
);

export const evidence = array(effectEvidence, { description: 'what each effect did, as totals' });

export const endReason = oneOf(['ttl', 'stopped', 'deleted', 'lease', 'suspended', 'failed', 'lever'], {
  description: 'why it ended; lever: the safety lever was engaged',
});
