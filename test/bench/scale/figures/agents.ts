import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { apiVersion, type FaultReport, type FaultResource, summarise } from '@pado/fault';
import type { Host } from '../../../helpers/host.ts';
import { median } from '../../injector/harness/stats.ts';
import { merged, mostAtOnce, type Times } from '../harness/book.ts';
import { add, type Counts, ofFaults, scaled, since } from '../harness/counts.ts';
import { type Begun, begin, end, until } from '../harness/fault.ts';
import type { Bench } from '../harness/figure.ts';
import { memoryOf, readServer, type Use, useDuring } from '../harness/meter.ts';
import { now } from '../harness/now.ts';
import { Place, targetName } from '../harness/place.ts';
import { programsDirectory, startProgram, stopProgram } from '../harness/programs.ts';
import { type Spread, spread } from '../harness/spread.ts';

/** One fault, from its creation to the last word about it. */
export interface FaultRun {
  readonly mode: string;
  /** How many it should be in force in, the most that it was in at a time, and how often one was armed in all. */
  readonly wanted: number;
  readonly armed: number;
  readonly arms: number;
  readonly seenMs: Spread;
  readonly armMs: Spread;
  readonly disarmMs: Spread;
  /** Until the leader has written that it is in force in all of them. */
  readonly toldMs: number;
  /** Until all are armed and that is written; while it goes on, a second; and from its end on. */
  readonly begins: Counts;
  readonly goesOn: Counts;
  readonly ends: Counts;
  /** While it goes on. */
  readonly use: Use;
  /** The leader's sum over all reports, and the bytes that it read for it. */
  readonly sumMs: number;
  readonly reportBytes: number;
}

export interface AgentsResult {
  readonly agents: number;
  /** Until the last one listens and has its injector. */
  readonly startMs: number;
  readonly startRequests: Counts;
  readonly watches: number;
  readonly idleAMinute: Counts;
  readonly idle: Use;
  /** The API server's memory before the agents came, and with them. */
  readonly serverBefore: number;
  readonly serverWith: number;
  readonly serverAfterFaults: number;
  /** Of the simulation: an agent's share of its processes, with its injector. */
  readonly bytesAnAgent: number;
  readonly faults: readonly FaultRun[];
  readonly lost: number;
}

export const agentCounts = (isQuick: boolean): readonly number[] => (isQuick ? [10, 50] : [10, 100, 1_000]);
const mostInAProcess = 250;
/** A fault that one of many gets is watched for so long. */
const contentionMs = 8_000;
const goesOnMs = 10_000;

const modes = [{ mode: 'all' }, { mode: 'one' }, { mode: 'fixed-percent', value: 10 }] as const;

/** More and more agents, each whole and with one target, beside one API server. */
export async function measureAgents(bench: Bench): Promise<AgentsResult[]> {
  const results: AgentsResult[] = [];
  for (const count of bench.steps ?? agentCounts(bench.isQuick)) results.push(await measureWith(bench, count));
  return results;
}

async function measureWith(bench: Bench, agentCount: number): Promise<AgentsResult> {
  const { api, signal, isQuick, defer, say } = bench;
  const place = new Place(api, signal);
  defer(() => place.undo());
  const programs: Host[] = [];
  const stop = () => Promise.all(programs.map(stopProgram));
  defer(stop);
  say(`${agentCount} agents: nodes and pods`);
  await place.build();
  const nodes = await place.nodes(agentCount);
  const seats = await place.seats(nodes);
  const token = await place.agentToken();
  const before = await readServer();

  say(`${agentCount} agents: start`);
  const startedAt = now();
  const size = Math.min(mostInAProcess, Math.ceil(agentCount / 2));
  const starts: Promise<unknown>[] = [];
  for (let from = 0; from < agentCount; from += size) {
    const program = await startProgram(join(programsDirectory, 'agents.ts'), ['--max-old-space-size=3072']);
    programs.push(program);
    starts.push(
      program.ask('start', {
        ...{ namespace: place.namespace, server: bench.server.href, ca: bench.ca, token, name: targetName },
        nodes: seats.slice(from, from + size),
      }),
    );
  }
  await Promise.all(starts);
  const pids = programs.map(({ child }) => child.pid ?? 0);
  const sum = async (command: string, field: string, argument?: unknown) =>
    (await Promise.all(programs.map((program) => program.ask<Record<string, number>>(command, argument))))
      .map((answer) => answer[field] ?? 0)
      .reduce((all, one) => all + one, 0);
  const counts = async () => add(...(await Promise.all(programs.map((program) => program.ask<Counts>('counts')))));
  const connected = await until(() => sum('connected', 'connected'), agentCount, 120_000);
  if (connected < agentCount) throw new Error(`${connected} of ${agentCount} injectors could connect`);
  const startMs = now() - startedAt;
  const startRequests = await counts();

  say(`${agentCount} agents: idle`);
  await sleep(isQuick ? 3_000 : 15_000, undefined, { signal });
  const countsBefore = await counts();
  const idle = await useDuring(pids, () => sleep(isQuick ? 10_000 : 20_000, undefined, { signal }));
  const idleAMinute = scaled(since(countsBefore, await counts()), 60 / idle.use.seconds);
  const bytesAnAgent = pids.reduce((all, pid) => all + memoryOf(pid).rss, 0) / agentCount;

  const faults: FaultRun[] = [];
  for (const target of modes) {
    const rounds = isQuick || target.mode !== 'all' || agentCount >= 1_000 ? 1 : 2;
    for (let round = 0; round < rounds; round += 1) {
      say(`${agentCount} agents: a fault, mode ${target.mode}`);
      faults.push(await runFault(target, round));
      await sleep(isQuick ? 2_000 : 4_000, undefined, { signal });
    }
  }
  const after = await readServer();
  const lost = await sum('connected', 'lost');
  await stop();
  await place.undo();
  return {
    ...{ agents: agentCount, startMs, startRequests, watches: idle.after.watches - before.watches, idleAMinute },
    ...{ idle: idle.use, serverBefore: before.rssBytes, serverWith: idle.after.rssBytes },
    ...{ serverAfterFaults: after.rssBytes, bytesAnAgent, faults, lost },
  };

  async function runFault(target: (typeof modes)[number], round: number): Promise<FaultRun> {
    const wanted =
      target.mode === 'all' ? agentCount : target.mode === 'one' ? 1 : Math.ceil((agentCount * target.value) / 100);
    const timesOf = async (fault: Begun) =>
      merged(await Promise.all(programs.map((program) => program.ask<Times>('times', fault))));
    const atFirst = await counts();
    const fault = await begin(api, place.namespace, `scale-${agentCount}-${target.mode}-${round}`, target);
    const reached = (what: string) => () => sum('reached', what, fault);
    await until(reached('armed'), wanted, 60_000);
    const toldAt = async () =>
      (await timesOf(fault)).told.find(({ phase, injected }) => phase === 'Injected' && injected >= wanted)?.at;
    await until(async () => ((await toldAt()) === undefined ? 0 : 1), 1, 30_000);
    // Whoever gets no slot goes on asking for a while: that belongs to the beginning.
    if (target.mode !== 'all') await sleep(contentionMs, undefined, { signal });
    const begun = await counts();
    const { use } = await useDuring(pids, () => sleep(goesOnMs, undefined, { signal }));
    const gone = await counts();
    const { sumMs, reportBytes } = await sumUp(fault);
    const beforeEnd = await counts();
    const endedAt = await end(api, place.namespace, fault);
    await until(async () => ((await reached('disarmed')()) >= (await reached('armed')()) ? 1 : 0), 1, 30_000);
    await sleep(2_000, undefined, { signal });
    const times = await timesOf(fault);
    const from = (at: number) => (time: number) => time - at;
    return {
      ...{ mode: target.mode, wanted, armed: mostAtOnce(times), arms: times.armed.length },
      ...{ toldMs: ((await toldAt()) ?? Number.NaN) - fault.at, use, sumMs, reportBytes },
      seenMs: spread(times.seen.map(from(fault.at))),
      armMs: spread(times.armed.map(from(fault.at))),
      disarmMs: spread(times.disarmed.filter((at) => at >= endedAt).map(from(endedAt))),
      begins: ofFaults(since(atFirst, begun)),
      goesOn: scaled(ofFaults(since(begun, gone)), 1 / use.seconds),
      ends: ofFaults(since(beforeEnd, await counts())),
    };
  }

  /** What the leader does with all reports at once, timed alone in this process. */
  async function sumUp(fault: Begun): Promise<{ readonly sumMs: number; readonly reportBytes: number }> {
    const of = `/apis/${apiVersion}/namespaces/${place.namespace}`;
    const resource = await api.request<FaultResource>('GET', `${of}/faults/${fault.name}`);
    const { items } = await api.request<{ items: readonly FaultReport[] }>('GET', `${of}/faultreports`, {
      timeoutMs: 60_000,
      maxBytes: 256 << 20,
    });
    const reports = items.filter((report) => report.fault.uid === fault.uid);
    const times = Array.from({ length: 20 }, () => {
      const at = now();
      summarise(resource, reports, { selectedPods: agentCount });
      return now() - at;
    });
    return { sumMs: median(times), reportBytes: reports.reduce((all, one) => all + JSON.stringify(one).length, 0) };
  }
}
