import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundleAgent } from '../../../../agent/daemon/bundle.ts';
import { cpuUsOf } from '../../injector/harness/proc.ts';
import type { Times } from '../harness/book.ts';
import { type Counts, ofFaults, scaled, since } from '../harness/counts.ts';
import { begin, end, until } from '../harness/fault.ts';
import type { Bench } from '../harness/figure.ts';
import { type Memory, memoryOf } from '../harness/meter.ts';
import { now } from '../harness/now.ts';
import { Place, targetName } from '../harness/place.ts';
import { programsDirectory, startProgram, stopProgram } from '../harness/programs.ts';
import { type Spread, spread } from '../harness/spread.ts';

export interface InjectorsResult {
  readonly injectors: number;
  /** From the first connection that was begun to the last that was welcomed, ms. */
  readonly connectMs: number;
  readonly armMs: Spread;
  readonly disarmMs: Spread;
  /** How long the API server took to accept the fault, median, ms. */
  readonly postMs: Spread;
  /** Of one fault of some seconds, by kind. */
  readonly requestsAFault: Counts;
  readonly idleAMinute: Counts;
  readonly idle: Memory;
  readonly under: Memory;
  /** Cores. */
  readonly idleCores: number;
  readonly underCores: number;
  readonly lost: number;
}

/** Of the chart: one agent's. */
const flags = ['--max-old-space-size=64', '--max-semi-space-size=2'];

export const injectorCounts = (isQuick: boolean): readonly number[] => (isQuick ? [10, 50] : [10, 50, 110, 250]);

/** More and more injectors on one real agent in a process of its own. */
export async function measureInjectors(bench: Bench): Promise<InjectorsResult[]> {
  const { api, signal, isQuick, defer, say } = bench;
  const place = new Place(api, signal);
  defer(() => place.undo());
  await place.build();
  const directory = await mkdtemp(join(tmpdir(), 'pado-scale-'));
  defer(() => rm(directory, { recursive: true, force: true }));
  const file = join(directory, 'agent.mjs');
  await bundleAgent(file, { entry: join(programsDirectory, 'agent.ts') });
  await writeFile(join(directory, 'token'), await place.agentToken(), { mode: 0o600 });
  await writeFile(join(directory, 'ca.crt'), bench.ca);
  const [node = ''] = await place.nodes(1);

  const results: InjectorsResult[] = [];
  const tokens: string[] = [];
  for (const count of bench.steps ?? injectorCounts(isQuick)) {
    say(`${count} injectors on one agent`);
    const missing = Array.from({ length: count - tokens.length }, () => node);
    for (const { token } of await place.seats(missing, tokens.length)) tokens.push(token);
    // A new process each time, so that what it holds is what so many need.
    const agent = await startProgram(file, flags, {
      ...{ BENCH_NODE: node, BENCH_NAMESPACE: place.namespace, BENCH_DIRECTORY: directory },
      ...{ BENCH_HOST: bench.server.hostname, BENCH_PORT: bench.server.port || '443' },
    });
    const injectors = await startProgram(join(programsDirectory, 'injectors.ts'));
    try {
      results.push(await measure(count));
    } finally {
      await stopProgram(injectors);
      await stopProgram(agent);
    }

    async function measure(injectorCount: number): Promise<InjectorsResult> {
      const pid = agent.child.pid ?? 0;
      const counts = () => agent.ask<Counts>('counts');
      const connections = () => injectors.ask<{ connected: number; lost: number }>('connected');
      const startedAt = now();
      const port = await agent.ask<number>('port');
      await injectors.ask('start', { port, name: targetName, tokens });
      const connected = await until(async () => (await connections()).connected, injectorCount, 60_000);
      if (connected < injectorCount) throw new Error(`${connected} of ${injectorCount} injectors could connect`);
      const connectMs = now() - startedAt;

      const coresDuring = async (ms: number) => {
        const [cpuBefore, before, at] = [cpuUsOf(pid), await counts(), now()];
        await sleep(ms, undefined, { signal });
        const took = now() - at;
        return {
          cores: (cpuUsOf(pid) - cpuBefore) / 1_000 / took,
          a: scaled(since(before, await counts()), 60_000 / took),
        };
      };
      await sleep(2_000, undefined, { signal });
      const idle = await coresDuring(isQuick ? 5_000 : 10_000);
      const idleMemory = memoryOf(pid);

      const [arm, disarm, post]: [number[], number[], number[]] = [[], [], []];
      const rounds = isQuick ? 3 : 10;
      const before = await counts();
      for (let round = 0; round < rounds; round += 1) {
        const fault = await begin(api, place.namespace, `scale-${injectorCount}-${round}`);
        const reached = (what: 'armed' | 'disarmed') => async () =>
          (await injectors.ask<Record<typeof what, number>>('reached', fault))[what];
        await until(reached('armed'), injectorCount, 15_000);
        await sleep(500, undefined, { signal });
        const endedAt = await end(api, place.namespace, fault);
        await until(reached('disarmed'), injectorCount, 15_000);
        const times = await injectors.ask<Times>('times', fault);
        if (times.armed.length !== injectorCount || times.disarmed.length !== injectorCount)
          throw new Error(`${times.armed.length} of ${injectorCount} armed, ${times.disarmed.length} disarmed`);
        arm.push(...times.armed.map((at) => at - fault.at));
        disarm.push(...times.disarmed.map((at) => at - endedAt));
        post.push(fault.postMs);
        await sleep(500, undefined, { signal });
      }
      const requests = scaled(ofFaults(since(before, await counts())), 1 / rounds);

      const long = await begin(api, place.namespace, `scale-${injectorCount}-long`);
      await sleep(1_000, undefined, { signal });
      const under = await coresDuring(isQuick ? 5_000 : 10_000);
      const underMemory = memoryOf(pid);
      await end(api, place.namespace, long);
      return {
        ...{ injectors: injectorCount, connectMs, armMs: spread(arm), disarmMs: spread(disarm), postMs: spread(post) },
        ...{ requestsAFault: requests, idleAMinute: idle.a, idle: idleMemory, under: underMemory },
        ...{ idleCores: idle.cores, underCores: under.cores, lost: (await connections()).lost },
      };
    }
  }
  return results;
}
