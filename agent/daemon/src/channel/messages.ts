import type { InjectorMessage } from '@pado/fault';
import { Ajv } from 'ajv';

const text = { type: 'string', maxLength: 1_024 };
const ports = { type: 'array', maxItems: 1_024, items: { type: 'integer', minimum: 1, maximum: 65_535 } };
const count = { type: 'number', minimum: 0 };
const dose = {
  type: 'object',
  required: ['unit', 'samples', 'requestedSum', 'deliveredSum', 'deliveredMin', 'deliveredMax', 'errorBuckets'],
  properties: {
    unit: { enum: ['ms', 'percent', 'bytes'] },
    samples: count,
    requestedSum: { type: 'number' },
    deliveredSum: { type: 'number' },
    deliveredMin: { type: 'number' },
    deliveredMax: { type: 'number' },
    errorBuckets: {
      type: 'array',
      maxItems: 64,
      items: { type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 },
    },
  },
};
const evidence = {
  type: 'object',
  required: ['index', 'kind', 'matched', 'applied', 'cut'],
  properties: {
    index: { type: 'integer', minimum: 0, maximum: 15 },
    kind: text,
    matched: count,
    applied: count,
    cut: count,
    dose,
  },
};

const message = (type: string, required: string[] = [], properties: object = {}) => ({
  type: 'object',
  required: ['type', ...required],
  properties: { type: { const: type }, ...properties },
});

/** What an injector may say. It runs in somebody else's process: nothing of it is believed unseen. */
const schema = {
  type: 'object',
  required: ['type'],
  discriminator: { propertyName: 'type' },
  oneOf: [
    message('hello', ['version', 'instance', 'pid', 'node', 'labels', 'ports'], {
      version: { type: 'integer' },
      instance: { type: 'string', minLength: 8, maxLength: 128 },
      pid: { type: 'integer', minimum: 1 },
      node: text,
      labels: {
        type: 'object',
        maxProperties: 64,
        additionalProperties: { type: 'string', maxLength: 253 },
      },
      ports,
      pod: { type: 'string', minLength: 1, maxLength: 128 },
      thread: { type: 'integer', minimum: 0 },
    }),
    message('ports', ['ports'], { ports }),
    message('heartbeat', [], { dropped: count, swallowed: count }),
    message('state', ['uid', 'state'], {
      uid: text,
      state: { enum: ['armed', 'suspended', 'ended', 'failed'] },
      reason: text,
      code: text,
    }),
    message('evidence', ['uid', 'effects'], { uid: text, effects: { type: 'array', maxItems: 16, items: evidence } }),
  ],
};

const validate = new Ajv({ discriminator: true, strict: false }).compile<InjectorMessage>(schema);

/** A message that fits the protocol; undefined for anything else. */
export function parseMessage(line: string): InjectorMessage | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return validate(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
