import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Effect } from '@pado/fault';
import fc from 'fast-check';
import t from 'tap';
import type { Armed, Host } from '../../../helpers/host.ts';
import type { WireTarget } from '../../../helpers/wire-agent.ts';
import { warmSafetyHost } from './host.ts';
import { examples, type Step, scenario } from './scenario.ts';

const mebi = 2 ** 20;
const seed = Number(process.env.PADO_SEED ?? 1);
const numRuns = Number(process.env.PADO_RUNS ?? examples.length + 6);
const deadlineMs = 15_000;
/** What needs a thread of its own, whose memory V8 keeps for the next one. */
const withWorker: readonly string[] = ['cpu', 'event-loop'];
const mustBeArmed = ['latency', 'error', 'abort', 'event-loop', 'cpu', 'memory'];

/** What the program says of itself: `changed` and such are exact, counts may only be lower than before. */
type Trace = Readonly<Record<string, readonly string[] | number | Readonly<Record<string, number>>>>;

/** Fails, rather than hangs, when a promise is not kept. */
async function within<T>(what: string, promise: Promise<T>): Promise<T> {
  const abort = new AbortController();
  const late = sleep(deadlineMs, undefined, { signal: abort.signal }).then(() => {
    throw new Error(`${what} has not come to an end within ${deadlineMs} ms`);
  });
  late.catch(() => {});
  try {
    return await Promise.race([promise, late]);
  } finally {
    abort.abort();
  }
}

/** Asks until the answer fits; the last answer if it never does. */
async function settled<T>(ask: () => Promise<T>, fits: (value: T) => boolean): Promise<T> {
  const giveUpAt = performance.now() + 10_000;
  for (;;) {
    const value = await ask();
    if (fits(value) || performance.now() > giveUpAt) return value;
    await sleep(50);
  }
}

/** What there is now and was not there before. */
function leftovers(before: Trace, after: Trace): string[] {
  return Object.entries(after).flatMap(([what, now]) => {
    const then = before[what];
    if (typeof now === 'number') return now > Number(then) ? [`${what}: ${now}, before: ${then}`] : [];
    if (Array.isArray(now)) return isDeepStrictEqual(now, then) ? [] : [`${what}: ${now}, before: ${then}`];
    return Object.entries(now).flatMap(([name, count]) => {
      const had: unknown = Reflect.get(Object(then), name) ?? 0;
      return Number(count) > Number(had) ? [`${what}: ${count} × ${name}, before: ${had}`] : [];
    });
  });
}

/** The program at rest: the same answer three times, a while apart. */
async function traceAtRest(host: Host): Promise<Trace> {
  let last = await host.ask<Trace>('trace');
  for (let same = 0; same < 3; ) {
    await sleep(150);
    const next = await host.ask<Trace>('trace');
    same = isDeepStrictEqual(next, last) ? same + 1 : 0;
    last = next;
  }
  return last;
}

// Dozens of faults, one after the other, on a machine that may have other work.
t.setTimeout(180_000);

const states = new Map<string, Set<string>>();

/** One fault, from its coming to its end. */
async function play(target: WireTarget, step: Step): Promise<void> {
  const { afterMs, effects, lastsMs, ending, isLate, pulses, seed } = step;
  await sleep(afterMs);
  const uid = randomUUID();
  const options = {
    uid,
    seed,
    ttl: ending === 'ttl' ? `${lastsMs}ms` : '30s',
    ...(isLate && { startAfter: `${Math.ceil(lastsMs / 2)}ms` }),
    ...(pulses && { pulse: { active: '30ms', dormant: '20ms' } }),
  };
  const isOver = () => ['ended', 'failed'].includes(target.lastState(uid)?.state ?? '');
  await target.arm(effects, options);
  for (const { kind, ...effect } of effects) {
    const name = 'layer' in effect ? `${effect.layer} ${kind}` : kind;
    const { state = '', reason = '' } = target.lastState(uid) ?? {};
    const known = states.get(name) ?? new Set();
    // One effect that is refused fails its whole fault: that tells nothing of the others.
    if (state !== 'failed' || effects.length === 1) known.add(state === 'failed' ? `failed: ${reason}` : 'armed');
    states.set(name, known);
  }
  if (ending === 'renew') {
    await sleep(lastsMs / 2);
    await target.arm(effects, options);
  }
  await sleep(lastsMs);
  if (ending !== 'ttl') {
    target.send({ type: 'disarm', uid, reason: 'stopped' });
    if (ending === 'disarm twice') target.send({ type: 'disarm', uid, reason: 'stopped' });
  }
  while (!isOver()) await target.next((message) => message.type === 'state' && message.uid === uid);
}

/** Lets the faults loose on a program that is at work, and looks at it once they are gone. */
async function leavesNothing({ host, target }: Armed, before: Trace, steps: readonly Step[]): Promise<void> {
  const rss = await host.ask<number>('rss');
  await host.ask('start');
  await within('a fault', Promise.all(steps.map((step) => play(target, step))));
  await within('a call after the last revert', host.ask('stop'));
  const after = await settled(
    () => host.ask<Trace>('trace'),
    (trace) => leftovers(before, trace).length === 0,
  );
  const left = leftovers(before, after);
  if (left.length > 0) throw new Error(left.join('\n'));
  const kinds = steps.flatMap(({ effects }) => effects.map(({ kind }) => kind));
  const most = (kinds.some((kind) => withWorker.includes(kind)) ? 20 : 8) * mebi;
  const more = await settled(
    async () => (await host.ask<number>('rss')) - rss,
    (bytes) => bytes <= most,
  );
  if (more > most) throw new Error(`${(more / mebi).toFixed(1)} MiB of memory are left`);
  if (host.output !== '') throw new Error(`the program has written: ${host.output}`);
  if (host.child.exitCode !== null) throw new Error('the program has ended');
}

t.test('what a fault does to its host would be seen', async (t) => {
  const { host, target } = await warmSafetyHost(t);
  const before = await traceAtRest(host);
  const sees = async (effect: Effect, what: RegExp) => {
    const uid = await target.arm(effect);
    const seen = await settled(
      async () => leftovers(before, await host.ask<Trace>('trace')).join(),
      (text) => what.test(text),
    );
    t.match(seen, what, effect.kind);
    await target.disarm(uid);
  };
  await sees({ kind: 'latency', direction: 'inbound', delay: '1s' }, /changed: .*http\.Server\.emit/);
  await sees(
    { kind: 'latency', direction: 'outbound', delay: '1s' },
    /changed: .*undici.*dispatch.*timers: \d+ × Timeout/,
  );
  await sees({ kind: 'cpu', load: 1 }, /threads: \d+/);
});

t.test(`faults leave nothing behind, whatever they are and however they overlap (seed ${seed})`, async (t) => {
  const armed = await warmSafetyHost(t);
  const before = await traceAtRest(armed.host);
  const rss = await armed.host.ask<number>('rss');
  await fc.assert(
    fc.asyncProperty(scenario, (steps) => leavesNothing(armed, before, steps)),
    { seed, numRuns, examples: examples.map((steps) => [steps]), endOnFailure: true },
  );
  // What the last faults took is given back by the collector when it comes to it, as after each of them.
  const left = await settled(
    async () => ((await armed.host.ask<number>('rss')) - rss) / mebi,
    (more) => more <= 20,
  );
  t.ok(left <= 20, `${left.toFixed(1)} MiB more than before the first fault`);
  t.notOk((await armed.host.ask<{ failed: number; done: number }>('stop')).done === 0, 'there was traffic');
  for (const [kind, seen] of [...states].sort()) t.comment(`${kind}: ${[...seen].join(', ')}`);
  for (const kind of mustBeArmed) t.ok(states.get(kind)?.has('armed'), `${kind} was really armed`);
});
