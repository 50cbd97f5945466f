// Faults on the resources of a process, in a container with limits: what the kernel, V8 and libuv say of it.
import type { Effect } from '@pado/fault';
import t, { type Test } from 'tap';
import { kubectlJson, namespace } from '../helpers/cluster.ts';
import { ask, createFault, type Injected, inject, isSpared, type Place, placeOf } from '../helpers/effects.ts';
import { deploy, podsOf, until } from '../helpers/targets.ts';

const limitBytes = 256 * 2 ** 20;
const quotaCores = 0.5;
const resources = { requests: { cpu: '10m', memory: '64Mi' }, limits: { cpu: '500m', memory: '256Mi' } };
const ns = await namespace(t, 'pado-resource');
await Promise.all(['worker', 'idle', 'doomed'].map((name) => deploy(ns, name, { resources })));
const [worker, idle] = await Promise.all([placeOf(ns, 'worker'), placeOf(ns, 'idle')]);

const number = async (place: Place, path: string, field: string): Promise<number> =>
  (await ask<Record<string, number>>(place, path))[field] ?? Number.NaN;

/** From the kernel, by either version of its groups. */
const kernel = async (place: Place, v1: string, v2: string): Promise<string> => {
  const read = async (path: string) => (await ask<{ text: string }>(place, `/file?path=/sys/fs/cgroup/${path}`)).text;
  return read(v1).catch(() => read(v2));
};
const throttled = async (place: Place) =>
  Number(/^nr_throttled (\d+)$/m.exec(await kernel(place, 'cpu/cpu.stat', 'cpu.stat'))?.[1]);
/** Cores in use over a second or so, by the process's own account. */
const cores = async (place: Place) => {
  const look = async () => {
    const { user, system } = await ask<{ user: number; system: number }>(place, '/cpu');
    return { us: user + system, at: performance.now() };
  };
  const before = await look();
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const after = await look();
  return (after.us - before.us) / 1_000 / (after.at - before.at);
};
const collections = async (place: Place) => {
  const before = await number(place, '/gc', 'count');
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  return (await number(place, '/gc', 'count')) - before;
};

interface Case {
  readonly title: string;
  readonly effect: Effect;
  readonly measure: (place: Place) => Promise<number>;
  /** What the baseline, the pod that is missed and the time afterwards stay below, and the fault exceeds. */
  readonly least: number;
  /** Where a dose has an upper bound too. */
  readonly most?: number;
  readonly dose?: readonly [unit: string, requested: number];
}

const percent = (least: number) => ['percent', least] as const;
const cases: readonly Case[] = [
  {
    ...{ title: 'event-loop by load', effect: { kind: 'event-loop', load: 80 }, least: 0.6, most: 1 },
    ...{ measure: (place) => number(place, '/busy', 'share'), dose: percent(80) },
  },
  {
    ...{ title: 'event-loop by stalls', effect: { kind: 'event-loop', stall: '600ms', every: '900ms' }, least: 500 },
    measure: (place) => number(place, '/lag?times=300', 'ms'),
  },
  {
    // The workers alone take half of the quota; what the service itself needs comes on top.
    ...{ title: 'cpu below the quota', effect: { kind: 'cpu', load: 50 }, least: quotaCores * 0.35 },
    ...{ most: quotaCores, measure: cores, dose: percent(50) },
  },
  {
    ...{ title: 'memory in the heap', effect: { kind: 'memory', where: 'heap', size: '40Mi' }, least: 40 * 2 ** 20 },
    ...{ measure: (place) => number(place, '/memory', 'heapUsed'), dose: ['bytes', 40 * 2 ** 20] },
  },
  {
    ...{ title: 'memory of the container, a share of its limit' },
    ...{ effect: { kind: 'memory', where: 'rss', size: '40%' }, dose: ['bytes', limitBytes * 0.4] },
    ...{ measure: (place) => number(place, '/memory', 'rss'), least: limitBytes * 0.45, most: limitBytes },
  },
  { title: 'gc', effect: { kind: 'gc', rate: '200Mi' }, measure: collections, least: 5 },
  {
    ...{ title: 'threadpool', effect: { kind: 'threadpool' }, least: 300 },
    // Work that waits for the pool waits until the fault is over: a moment of it is enough.
    measure: async (place) =>
      Promise.race([
        number(place, '/hash', 'ms').catch(() => 1_000),
        new Promise<number>((resolve) => setTimeout(resolve, 1_500, 1_500)),
      ]),
  },
  {
    ...{ title: 'sockets', effect: { kind: 'sockets', held: 200 }, least: 200 },
    measure: (place) => number(place, '/descriptors', 'count'),
  },
];

const isBelow = (least: number) => (value: number) => value < least;

async function isReported(t: Test, fault: Injected, [unit, requested]: readonly [string, number]): Promise<void> {
  const { status } = await fault.when('has samples', (one) => (one.status?.evidence[0]?.dose?.samples ?? 0) >= 2);
  const dose = status!.evidence[0]!.dose!;
  t.equal(dose.unit, unit);
  const mean = dose.requestedSum / dose.samples;
  t.ok(Math.abs(mean - requested) <= requested * 0.01, `requested ${mean}`);
  t.ok(dose.deliveredSum / dose.samples >= requested * 0.6, `delivered ${dose.deliveredSum / dose.samples}`);
  t.ok(status?.requested && status.delivered, `${status?.requested} beside ${status?.delivered}`);
}

for (const { title, effect, measure, least, most, dose } of cases) {
  t.test(title, async (t) => {
    const before = await until('a quiet worker', () => measure(worker), isBelow(least));
    const fault = await inject(t, worker, effect);
    const during = await until(
      'it bites',
      () => measure(worker),
      (value) => value >= least,
    );
    t.ok(most === undefined || during <= most, `${before}, then ${during}`);
    t.ok((await measure(idle)) < least, 'it misses another pod');
    if (dose) await isReported(t, fault, dose);
    await isSpared(t, worker);
    await fault.remove();
    const after = await until('it leaves nothing behind', () => measure(worker), isBelow(least));
    t.ok(after < least, `${after} in the end`);
  });
}

t.test('cpu over the quota is throttled by the kernel', async (t) => {
  const growth = async (place: Place) => {
    const before = await throttled(place);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    return (await throttled(place)) - before;
  };
  const fault = await inject(t, worker, { kind: 'cpu', load: 100 });
  const during = await until(
    'it is throttled',
    () => growth(worker),
    (value) => value >= 5,
  );
  t.ok((await growth(idle)) <= during / 2, 'it misses another pod');
  t.equal((await podsOf(ns, 'worker'))[0]?.restarts, 0);
  await fault.remove();
  await until(
    'it leaves nothing behind',
    () => growth(worker),
    (value) => value <= 1,
  );
});

t.test('memory beyond the limit is refused by its guard', async (t) => {
  const effects = [{ kind: 'memory', where: 'rss', size: '400Mi' } as const];
  const fault = await createFault(t, ns, 'worker', { effects });
  const { status } = await fault.when('says why', (one) => /refused it: /.test(one.status?.message ?? ''));
  t.equal(status?.injected, 0);
  t.equal((await podsOf(ns, 'worker'))[0]?.restarts, 0);
});

t.test('memory with allowKill is killed for its limit, once', async (t) => {
  const effects = [{ kind: 'memory', where: 'rss', size: '400Mi', allowKill: true } as const];
  const fault = await createFault(t, ns, 'doomed', { effects });
  const [pod] = await until(
    'it has been killed',
    () => podsOf(ns, 'doomed'),
    ([one]) => one?.restarts === 1,
    60_000,
  );
  t.equal(pod?.lastExit, 137);
  const { items } = await kubectlJson<{ items: Terminated[] }>('get', 'pods', '-n', ns, '-l', `${name}=doomed`);
  t.equal(items[0]?.status.containerStatuses[0]?.lastState.terminated.reason, 'OOMKilled');
  // Another fault reaches the new process, so this one could have; its time goes on.
  await inject(t, await placeOf(ns, 'doomed'), { kind: 'error', direction: 'inbound', status: 418 });
  const { status } = await fault.read();
  t.match(status, { phase: 'Injected', reached: 1 }, 'the fault goes on');
  const targets = (await fault.reports()).flatMap((report) => report.targets);
  t.match(targets, [{ state: 'lost', pulse: 0 }], 'nobody but the process that is gone was armed');
  t.equal(targets.length, 1);
  t.match(await podsOf(ns, 'doomed'), [{ restarts: 1, ready: true }]);
});

const name = 'app.kubernetes.io/name';
interface Terminated {
  readonly status: {
    readonly containerStatuses: readonly { readonly lastState: { readonly terminated: { readonly reason: string } } }[];
  };
}
