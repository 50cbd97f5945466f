import { exit, kill, reject, throwing, unhealthy, unready } from './effects/lifecycle.ts';
import { abort, error, hang, latency, throttle, truncate } from './effects/request.ts';
import { cpu, eventLoop, gc, memory, sockets, threadpool } from './effects/resource.ts';
import { duration } from './fields.ts';
import {
  array,
  boolean,
  type Described,
  integer,
  literal,
  map,
  number,
  object,
  oneOf,
  string,
  union,
} from './json-schema.ts';

export const apiVersion = 'pado.dev/v1alpha1';

/** The longest ttl that any fault may have: one hour, in milliseconds. */
export const maxTtlMs = 3_600_000;

/** The label that holds a target's name, on Kubernetes and on one machine alike. */
export const nameLabel = 'app.kubernetes.io/name';

const label = string({ description: 'a label value', maxLength: 63 });

const effects = [
  ...[latency, error, abort, hang, throttle, truncate],
  ...[eventLoop, cpu, memory, gc, threadpool, sockets],
  ...[exit, kill, throwing, reject, unready, unhealthy],
] as const;

export const effectSchema = union('kind', effects, { description: 'one effect, told by its `kind`' });

export const targetSchema = object(
  {
    selector: object(
      { matchLabels: map(label, { description: `labels, such as {${nameLabel}: orders}`, maxProperties: 16 }) },
      {},
      { description: 'which processes or pods: {matchLabels: {…}}' },
    ),
  },
  {
    container: string({ description: "a container's name", maxLength: 63 }),
    mode: oneOf(['one', 'all', 'fixed', 'fixed-percent', 'random-max-percent'], {
      description: 'how many of the selected targets are hit',
      default: 'all',
    }),
    value: number({
      description: 'the count for fixed, the share for the percent modes',
      minimum: 0,
      maximum: 1_000_000,
    }),
  },
  { description: 'what is hit' },
  {
    if: { properties: { mode: { enum: ['fixed', 'fixed-percent', 'random-max-percent'] } }, required: ['mode'] },
    // biome-ignore lint/suspicious/noThenProperty: a JSON Schema keyword
    then: { required: ['value'] },
  },
);

export const faultSpecSchema = object(
  {
    target: targetSchema,
    ttl: duration('time to live, at most 1h'),
    effects: array(effectSchema, {
      description: 'one or more effects, armed and reverted together',
      minItems: 1,
      maxItems: 16,
    }),
  },
  {
    startAfter: duration('how long after delivery the effects begin; counts towards ttl', { default: '0s' }),
    pulse: object(
      { active: duration('how long the effects act'), dormant: duration('how long they rest') },
      {},
      { description: 'an alternation of active and dormant phases' },
    ),
    seed: integer({ description: 'every random choice derives from it', minimum: 0, maximum: 2 ** 32 - 1, default: 1 }),
    leaseName: string({
      description: 'a lease that its owner renews; when it lapses the fault stops',
      minLength: 1,
      maxLength: 63,
    }),
    stopped: boolean({ description: 'true ends the fault and keeps the object and its evidence', default: false }),
  },
  { description: 'what a fault does, to whom, how long' },
);

export const faultSchema = object(
  {
    apiVersion: literal(apiVersion, { description: `apiVersion: ${apiVersion}` }),
    kind: literal('Fault', { description: 'kind: Fault' }),
    metadata: object(
      {
        name: string({
          description: 'a name of lower-case letters, digits and dashes, at most 63 characters',
          pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
          maxLength: 63,
        }),
      },
      {
        namespace: string({ description: 'a namespace', maxLength: 63 }),
        labels: map(label, { description: 'labels', maxProperties: 32 }),
        annotations: map(string({ description: 'a text' }), { description: 'annotations', maxProperties: 32 }),
      },
      { description: "the fault's name" },
    ),
    spec: faultSpecSchema,
  },
  {},
  { description: 'a Fault' },
);

export type Match = NonNullable<Described<typeof latency>['match']>;
export type LatencyEffect = Described<typeof latency>;
export type ErrorEffect = Described<typeof error>;
export type AbortEffect = Described<typeof abort>;
export type HangEffect = Described<typeof hang>;
export type ThrottleEffect = Described<typeof throttle>;
export type TruncateEffect = Described<typeof truncate>;
/** What acts on requests, exchanges or look-ups: everything but layer process. */
export type RequestEffect = LatencyEffect | ErrorEffect | AbortEffect | HangEffect | ThrottleEffect | TruncateEffect;
export type EventLoopEffect = Described<typeof eventLoop>;
export type CpuEffect = Described<typeof cpu>;
export type MemoryEffect = Described<typeof memory>;
export type GcEffect = Described<typeof gc>;
export type ThreadpoolEffect = Described<typeof threadpool>;
export type SocketsEffect = Described<typeof sockets>;
export type ExitEffect = Described<typeof exit>;
export type KillEffect = Described<typeof kill>;
export type ThrowEffect = Described<typeof throwing>;
export type RejectEffect = Described<typeof reject>;
export type UnreadyEffect = Described<typeof unready>;
export type UnhealthyEffect = Described<typeof unhealthy>;
export type Effect = Described<typeof effectSchema>;
export type EffectKind = Effect['kind'];
export type Target = Described<typeof targetSchema>;
export type FaultSpec = Described<typeof faultSpecSchema>;
export type Fault = Described<typeof faultSchema>;
