// Faults on connections and look-ups of a pod: by what its own exchanges over a bare connection, and its look-ups, see.
import type { Effect } from '@pado/fault';
import t, { type Test } from 'tap';
import { namespace } from '../helpers/cluster.ts';
import { ask, inject, isSpared, type Place, placeOf, quickest, type Seen } from '../helpers/effects.ts';
import { deploy, until } from '../helpers/targets.ts';

const size = 30_000;
const [ns, twin] = await Promise.all([namespace(t, 'pado-tcp'), namespace(t, 'pado-tcp-twin')]);
await Promise.all([
  deploy(ns, 'web'),
  deploy(ns, 'other'),
  deploy(ns, 'backend', { injected: false }),
  deploy(ns, 'spare', { injected: false }),
  deploy(twin, 'web'),
]);
const [web, other, backend, spare, webOfTwin] = await Promise.all([
  ...[placeOf(ns, 'web'), placeOf(ns, 'other'), placeOf(ns, 'backend'), placeOf(ns, 'spare'), placeOf(twin, 'web')],
] as const);

/** By the pod's address, which stands for its Service too; the connection is kept between exchanges. */
const exchange = (from: Place, to: Place) =>
  ask<Seen>(from, `/exchange?host=${to.ip}&path=${encodeURIComponent(`/bytes?n=${size}`)}`);
const resolve = (from: Place, host: string) => ask<Seen>(from, `/resolve?host=${host}`);

interface Kind {
  readonly effect: { readonly kind: string; readonly code?: string } & Record<string, unknown>;
  readonly isHit: (seen: Seen) => boolean;
}
interface Case extends Kind {
  readonly layer: string;
  readonly match: object;
  readonly hit: () => Promise<Seen>;
  readonly missed: Readonly<Record<string, () => Promise<Seen>>>;
}

const delayMs = 600;
const isWhole = ({ bytes, error }: Seen) => error === undefined && bytes === size;
const exchanges = {
  hit: () => exchange(web, backend),
  missed: {
    'another service': () => exchange(web, spare),
    'another pod': () => exchange(other, backend),
    'the same labels in another namespace': () => exchange(webOfTwin, backend),
  },
};
const tcp: readonly Kind[] = [
  { effect: { kind: 'latency', delay: `${delayMs}ms` }, isHit: (seen) => isWhole(seen) && seen.ms >= delayMs },
  { effect: { kind: 'abort' }, isHit: ({ error }) => error === 'ECONNRESET' },
  { effect: { kind: 'hang' }, isHit: ({ error }) => error === 'TimeoutError' },
  { effect: { kind: 'throttle', bytesPerSecond: size }, isHit: (seen) => isWhole(seen) && seen.ms >= delayMs },
];

const host = `backend.${ns}.svc.cluster.local`;
const lookUps = {
  hit: () => resolve(web, host),
  missed: {
    'another name': () => resolve(web, `spare.${ns}.svc.cluster.local`),
    'another pod': () => resolve(other, host),
    'the same labels in another namespace': () => resolve(webOfTwin, host),
  },
};
const dns: readonly Kind[] = [
  { effect: { kind: 'error', code: 'ENOTFOUND' }, isHit: ({ error }) => error === 'ENOTFOUND' },
  { effect: { kind: 'error', code: 'EAI_AGAIN' }, isHit: ({ error }) => error === 'EAI_AGAIN' },
  { effect: { kind: 'latency', delay: `${delayMs}ms` }, isHit: ({ ms, error }) => !error && ms >= delayMs },
];

const cases: readonly Case[] = [
  ...tcp.map((one) => ({ ...one, ...exchanges, layer: 'tcp', match: { service: 'backend' } })),
  ...dns.map((one) => ({ ...one, ...lookUps, layer: 'dns', match: { host } })),
];

async function isQuiet(t: Test, one: Case, look: () => Promise<Seen>, when: string): Promise<void> {
  const seen = await quickest(look);
  t.ok(seen.error === undefined && !one.isHit(seen), `${when}: ${JSON.stringify(seen)}`);
}

for (const one of cases) {
  const { layer, match, effect } = one;
  t.test([layer, effect.kind, effect.code].filter(Boolean).join(' '), async (t) => {
    await isQuiet(t, one, one.hit, 'before');
    const fault = await inject(t, web, { layer, match, ...effect } as unknown as Effect);
    for (let i = 0; i < 2; i += 1) {
      const seen = await one.hit();
      t.ok(one.isHit(seen), `it bites: ${JSON.stringify(seen)}`);
    }
    for (const [who, look] of Object.entries(one.missed)) await isQuiet(t, one, look, `it misses ${who}`);
    await fault.when('tells what it did', ({ status }) => (status?.applied ?? 0) >= 2);
    await isSpared(t, web);
    await fault.remove();
    const after = await until('it leaves nothing behind', one.hit, (seen) => !seen.error && !one.isHit(seen));
    t.ok(after);
  });
}
