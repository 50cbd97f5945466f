import type { Effect } from '@pado/fault';
import fc from 'fast-check';

/** One fault of a scenario: when it comes, what it does, and how it ends. */
export interface Step {
  readonly afterMs: number;
  readonly effects: readonly Effect[];
  readonly lastsMs: number;
  readonly ending: 'disarm' | 'disarm twice' | 'ttl' | 'renew';
  readonly isLate: boolean;
  readonly pulses: boolean;
  readonly seed: number;
}

const direction = fc.constantFrom('inbound' as const, 'outbound' as const);
const percentage = fc.constantFrom(100, 100, 60, 5);
const at = fc.constantFrom('before' as const, 'after' as const);
const kind = <const K extends string>(name: K) => fc.constant(name);
const layer = <const L extends string>(name: L) => fc.constant(name);
const milliseconds = (most: number) => fc.integer({ min: 1, max: most }).map((ms) => `${ms}ms`);

const requests = [
  fc.record({ kind: kind('latency'), direction, percentage, at, delay: milliseconds(120) }),
  fc.record({ kind: kind('error'), direction, percentage, status: fc.constantFrom(400, 500, 503) }),
  fc.record({
    kind: kind('abort'),
    direction,
    percentage,
    code: fc.constantFrom('ECONNRESET' as const, 'ECONNREFUSED' as const, 'EPIPE' as const),
  }),
  fc.record({ kind: kind('hang'), direction, percentage }),
  fc.record({ kind: kind('throttle'), direction, percentage, bytesPerSecond: fc.integer({ min: 1, max: 10 ** 6 }) }),
  fc.record({ kind: kind('truncate'), direction, percentage, afterBytes: fc.integer({ min: 0, max: 60_000 }) }),
] as const;

const connections = [
  fc.record({ kind: kind('latency'), layer: layer('tcp'), percentage, at, delay: milliseconds(60) }),
  fc.record({ kind: kind('abort'), layer: layer('tcp'), percentage }),
  fc.record({ kind: kind('hang'), layer: layer('tcp'), percentage }),
  fc.record({
    kind: kind('throttle'),
    layer: layer('tcp'),
    percentage,
    bytesPerSecond: fc.integer({ min: 100, max: 10 ** 6 }),
  }),
  fc.record({
    kind: kind('error'),
    layer: layer('dns'),
    percentage,
    code: fc.constantFrom('ENOTFOUND' as const, 'EAI_AGAIN' as const),
  }),
  fc.record({ kind: kind('latency'), layer: layer('dns'), percentage, delay: milliseconds(60) }),
] as const;

const resources = [
  fc.record({ kind: kind('event-loop'), load: fc.integer({ min: 1, max: 60 }) }),
  fc.record({ kind: kind('event-loop'), stall: milliseconds(60), every: fc.constant('100ms') }),
  fc.record({ kind: kind('cpu'), load: fc.integer({ min: 1, max: 10 }) }),
  fc.record({
    kind: kind('memory'),
    where: fc.constantFrom('rss' as const, 'heap' as const),
    size: fc.constantFrom('1Mi', '12Mi', '40Mi'),
  }),
  fc.record({ kind: kind('gc'), rate: fc.constantFrom('1Mi', '20Mi') }),
  fc.record({ kind: kind('threadpool'), occupied: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kind: kind('sockets'), held: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: kind('unready') }),
  fc.record({ kind: kind('unhealthy') }),
] as const;

const effect: fc.Arbitrary<Effect> = fc.oneof(...requests, ...connections, ...resources);

const step: fc.Arbitrary<Step> = fc.record({
  afterMs: fc.integer({ min: 0, max: 200 }),
  effects: fc.array(effect, { minLength: 1, maxLength: 3 }),
  lastsMs: fc.integer({ min: 1, max: 400 }),
  ending: fc.constantFrom('disarm', 'disarm twice', 'ttl', 'renew'),
  isLate: fc.boolean(),
  pulses: fc.boolean(),
  seed: fc.integer({ min: 0, max: 1_000 }),
});

export const scenario: fc.Arbitrary<readonly Step[]> = fc.array(step, { minLength: 1, maxLength: 4 });

const plain = (effects: readonly Effect[], ending: Step['ending'] = 'disarm'): Step => ({
  afterMs: 0,
  effects,
  lastsMs: 250,
  ending,
  isLate: false,
  pulses: false,
  seed: 1,
});

/** Tried before anything random: every effect by itself or with its kin, so that each has been armed at least once. */
export const examples: readonly (readonly Step[])[] = [
  [
    plain([
      { kind: 'latency', direction: 'inbound', delay: '20ms' },
      { kind: 'latency', direction: 'outbound', delay: '20ms', at: 'after' },
      { kind: 'error', direction: 'outbound', status: 500, percentage: 20 },
    ]),
    plain([{ kind: 'abort', direction: 'inbound', percentage: 30 }], 'ttl'),
  ],
  [
    plain([{ kind: 'event-loop', load: 30 }]),
    plain([{ kind: 'cpu', load: 5 }], 'ttl'),
    plain([{ kind: 'memory', where: 'rss', size: '24Mi' }]),
    plain([{ kind: 'memory', where: 'heap', size: '24Mi' }]),
  ],
  [plain([{ kind: 'hang', direction: 'outbound' }]), plain([{ kind: 'hang', direction: 'inbound' }], 'ttl')],
  [
    plain([{ kind: 'throttle', direction: 'outbound', bytesPerSecond: 2_000 }]),
    plain([{ kind: 'throttle', direction: 'inbound', bytesPerSecond: 2_000 }]),
    plain([{ kind: 'truncate', direction: 'inbound', afterBytes: 100 }]),
  ],
  [
    plain([{ kind: 'latency', layer: 'tcp', delay: '20ms' }]),
    plain([{ kind: 'throttle', layer: 'tcp', bytesPerSecond: 5_000 }]),
    plain([{ kind: 'latency', layer: 'dns', delay: '20ms' }]),
  ],
  [plain([{ kind: 'hang', layer: 'tcp' }], 'ttl'), plain([{ kind: 'abort', layer: 'tcp', percentage: 30 }])],
  [plain([{ kind: 'error', layer: 'dns', code: 'ENOTFOUND' }])],
  [plain([{ kind: 'gc', rate: '20Mi' }]), plain([{ kind: 'threadpool' }]), plain([{ kind: 'sockets', held: 20 }])],
  [plain([{ kind: 'unready' }]), plain([{ kind: 'unhealthy' }], 'ttl')],
];
