// Faults on requests, through the whole chain: a Fault object, the agent, the injector in a pod, and a client that measures.
import type { Effect, FaultResourceStatus, RequestEffect } from '@pado/fault';
import t, { type Test } from 'tap';
import { kubectlJson, namespace } from '../helpers/cluster.ts';
import { callFrom, inject, isSpared, type Place, placeOf, quickest, type Seen } from '../helpers/effects.ts';
import { deploy, until } from '../helpers/targets.ts';

const size = 30_000;
const path = `/bytes?n=${size}`;
const [ns, twin] = await Promise.all([namespace(t, 'pado-request'), namespace(t, 'pado-request-twin')]);
await Promise.all([
  deploy(ns, 'web'),
  deploy(ns, 'other'),
  deploy(ns, 'caller', { injected: false }),
  deploy(ns, 'backend', { injected: false }),
  deploy(ns, 'spare', { injected: false }),
  deploy(twin, 'web'),
]);
const [web, other, caller, backend, webOfTwin] = await Promise.all([
  ...[placeOf(ns, 'web'), placeOf(ns, 'other'), placeOf(ns, 'caller'), placeOf(ns, 'backend'), placeOf(twin, 'web')],
] as const);

type Kind = RequestEffect['kind'];
interface Case {
  readonly effect: { readonly kind: Kind } & Record<string, unknown>;
  /** What a hit call looks like; the rest of the calls look as before. */
  readonly isHit: (seen: Seen) => boolean;
  readonly timeoutMs?: number;
}

const isTrueAnswer = ({ status, bytes, error }: Seen) => status === 200 && bytes === size && error === undefined;
const isBroken = ({ error }: Seen) => error === 'UND_ERR_SOCKET' || error === 'ECONNRESET';
const delayMs = 600;
const isLate = (seen: Seen) => isTrueAnswer(seen) && seen.ms >= delayMs;
const kinds: readonly Case[] = [
  { effect: { kind: 'latency', delay: `${delayMs}ms` }, isHit: isLate },
  { effect: { kind: 'latency', delay: `${delayMs}ms`, at: 'after' }, isHit: isLate },
  {
    effect: { kind: 'error', status: 503, body: 'no' },
    isHit: ({ status, bytes }) => status === 503 && bytes === 2,
  },
  { effect: { kind: 'abort' }, isHit: isBroken },
  { effect: { kind: 'hang' }, isHit: ({ error }) => error === 'TimeoutError', timeoutMs: 1_500 },
  { effect: { kind: 'throttle', bytesPerSecond: size }, isHit: (seen) => isTrueAnswer(seen) && seen.ms >= 600 },
  { effect: { kind: 'truncate', afterBytes: 1_000 }, isHit: (seen) => isBroken(seen) && seen.bytes === 1_000 },
];

/** Bites where it should, misses elsewhere, spares probes, and is gone with its object. */
async function prove(
  t: Test,
  { effect, isHit, timeoutMs }: Case,
  target: Place,
  hit: (timeoutMs?: number) => Promise<Seen>,
  missed: Readonly<Record<string, () => Promise<Seen>>>,
): Promise<void> {
  const quiet = async (look: () => Promise<Seen>, when: string) => {
    const seen = await quickest(look);
    t.ok(seen.status === 200 && !isHit(seen), `${when}: ${JSON.stringify(seen)}`);
  };
  await quiet(hit, 'before');
  const fault = await inject(t, target, effect as unknown as Effect);
  for (let i = 0; i < 3; i += 1) {
    const seen = await hit(timeoutMs);
    t.ok(isHit(seen), `it bites: ${JSON.stringify(seen)}`);
  }
  await Promise.all(Object.entries(missed).map(([who, look]) => quiet(look, `it misses ${who}`)));
  // A dose is known when its delay is over, a little after the hit is.
  const isTold = ({ applied = 0, evidence = [] }: Partial<FaultResourceStatus> = {}) =>
    applied >= 3 && (effect.kind !== 'latency' || (evidence[0]?.dose?.samples ?? 0) >= 3);
  const { status } = await fault.when('tells what it did', (one) => isTold(one.status));
  t.equal(status?.applied, 3);
  if (effect.kind === 'latency') {
    const { requested = '', delivered = '', evidence } = status!;
    t.equal(requested, `${delayMs}ms`);
    t.ok(Number.parseFloat(delivered) >= (delivered.endsWith('ms') ? delayMs : delayMs / 1_000), delivered);
    const dose = evidence[0]!.dose!;
    t.match(dose, { unit: 'ms', samples: 3, requestedSum: 3 * delayMs });
    t.ok(dose.deliveredMin >= delayMs && dose.deliveredSum < 3 * hitCeilingMs, 'never early, and no other dose');
    const reports = await fault.reports();
    t.same(
      reports.map(({ node, targets }) => [node, targets.map(({ pod, evidence: [one] }) => [pod, one?.dose])]),
      [[target.node, [[target.name, dose]]]],
      "the node's report says the same of its pod",
    );
  }
  await isSpared(t, target);
  await fault.remove();
  await until('it leaves nothing behind', hit, (seen) => isTrueAnswer(seen) && !isHit(seen));
}
/** A delay far beyond what was asked for would be another one. */
const hitCeilingMs = 5_000;

for (const one of kinds) {
  const title = `${one.effect.kind}${one.effect.at ? ` ${one.effect.at}` : ''}`;
  t.test(`http inbound: ${title}`, async (t) => {
    const url = (host: string, at = path) => `http://${host}:8080${at}`;
    await prove(
      t,
      { ...one, effect: { ...one.effect, direction: 'inbound', match: { path: '/bytes' } } },
      web,
      (timeoutMs) => callFrom(caller, url('web'), timeoutMs),
      {
        'another path': () => callFrom(caller, url('web', '/')),
        'another pod': () => callFrom(caller, url('other')),
        'the same labels in another namespace': () => callFrom(caller, url(`web.${twin}`)),
      },
    );
  });

  t.test(`http outbound: ${title}`, async (t) => {
    const url = (host: string, at = path) => `http://${host}:8080${at}`;
    await prove(
      t,
      { ...one, effect: { ...one.effect, direction: 'outbound', match: { service: 'backend', path: '/bytes' } } },
      web,
      (timeoutMs) => callFrom(web, url('backend'), timeoutMs),
      {
        'another path': () => callFrom(web, url('backend', '/')),
        'another service': () => callFrom(web, url('spare')),
        'another pod': () => callFrom(other, url('backend')),
        'the same labels in another namespace': () => callFrom(webOfTwin, url(`backend.${ns}`)),
      },
    );
  });
}

t.test('match.service fits every name and address of a Service', async (t) => {
  const { spec } = await kubectlJson<{ spec: { clusterIP: string } }>('get', 'service', 'backend', '-n', ns);
  const forms = ['backend', `backend.${ns}`, `backend.${ns}.svc`, `backend.${ns}.svc.cluster.local`, spec.clusterIP];
  const marker = { kind: 'error', status: 418, direction: 'outbound' } as const;
  await inject(t, web, { ...marker, match: { service: 'backend' } });
  for (const form of [...forms, backend.ip])
    t.match(await callFrom(web, `http://${form}:8080/`), { status: 418 }, `hit as ${form}`);
  t.match(await callFrom(web, 'http://spare:8080/'), { status: 200 });
  t.match(await callFrom(web, `http://web.${twin}:8080/`), { status: 200 });
});

t.test('match.service names a Service of another namespace', async (t) => {
  for (const service of [`web.${twin}`, `web.${twin}.svc.cluster.local`]) {
    const fault = await inject(t, web, { kind: 'error', status: 418, direction: 'outbound', match: { service } });
    t.match(await callFrom(web, `http://web.${twin}:8080/`), { status: 418 });
    t.match(await callFrom(web, 'http://other:8080/'), { status: 200 });
    await fault.remove();
  }
});

t.test('without a match everything is hit but probes', async (t) => {
  const fault = await inject(t, web, { kind: 'hang', direction: 'inbound' });
  t.match(await callFrom(caller, 'http://web:8080/', 1_000), { error: 'TimeoutError' });
  for (const probe of ['/readyz', '/healthz'])
    t.match(await callFrom(caller, `http://web:8080${probe}`), { status: 200 }, `${probe} is spared`);
  const waiting = callFrom(caller, 'http://web:8080/');
  await fault.when('holds both', ({ status }) => (status?.applied ?? 0) >= 2);
  await fault.remove();
  t.match(await waiting, { status: 200 }, 'who still waits when it ends is answered');
  await isSpared(t, await placeOf(ns, 'web'));
});
