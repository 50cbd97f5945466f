import { setTimeout as sleep } from 'node:timers/promises';
import { type Effect, suspendAfterMs } from '@pado/fault';
import type { Host } from '../../../helpers/host.ts';
import { type Control, startControl } from '../harness/control.ts';
import { type Bench, type Figure, type Row, verdictOf } from '../harness/figure.ts';
import { Samples } from '../harness/samples.ts';
import { median } from '../harness/stats.ts';
import { fixed } from '../harness/text.ts';
import { tightClient } from '../harness/tight-client.ts';

const marginMs = 250;
const ttlMs = 2_000;
const ttl = `${ttlMs}ms`;
const error: Effect = { kind: 'error', direction: 'inbound', status: 503 };
const stall: Effect = { kind: 'event-loop', stall: '30s', every: '31s' };

interface Trial {
  readonly name: string;
  readonly boundMs: number;
  /** Whether a quick run leaves it out. */
  readonly isLong?: boolean;
  /** How long it takes until the fault is gone, in milliseconds. */
  run(bench: Bench, control: Control, server: Host): Promise<number>;
}

const kill = (control: Control): number => {
  control.process.child.kill('SIGKILL');
  return performance.now();
};

/** When the program answers again; throws when it was never blocked. */
async function freeAgain(host: Host): Promise<number> {
  const answer = host.ask('pid').then(() => performance.now());
  if (await Promise.race([answer, sleep(200)])) throw new Error('the loop is not blocked');
  return answer;
}

const trials: readonly Trial[] = [
  {
    name: 'agent killed (lease)',
    boundMs: suspendAfterMs,
    run: async (bench, control, server) => {
      const client = tightClient(bench, await server.ask<number>('port'));
      await control.arm('on', 'server', [error]);
      await client.until(503);
      // Somewhere between two heartbeats.
      await sleep(bench.random() * 1_000);
      const killedAt = kill(control);
      return (await client.until(200)) - killedAt;
    },
  },
  {
    name: 'agent killed (ttl)',
    boundMs: ttlMs,
    isLong: true,
    run: async (bench, control, server) => {
      const client = tightClient(bench, await server.ask<number>('port'));
      const startedAt = performance.now();
      await control.arm('on', 'server', [error], { ttl });
      await client.until(503);
      kill(control);
      return (await client.until(200)) - startedAt;
    },
  },
  {
    name: 'loop blocked, agent killed (lease)',
    boundMs: suspendAfterMs,
    isLong: true,
    run: async (_bench, control, server) => {
      await control.arm('on', 'server', [stall]);
      const killedAt = kill(control);
      return (await freeAgain(server)) - killedAt;
    },
  },
  {
    name: 'loop blocked (ttl)',
    boundMs: ttlMs,
    run: async (_bench, control, server) => {
      const startedAt = performance.now();
      await control.arm('on', 'server', [stall], { ttl });
      return (await freeAgain(server)) - startedAt;
    },
  },
];

/** How long a fault outlives its agent, or its time, when nobody is there to end it. */
export const deadMan: Figure = {
  name: 'dead-man',
  seconds: { full: 65, quick: 9 },
  run: async (bench) => {
    const times = new Samples<number>();
    const chosen = trials.filter(({ isLong }) => !(bench.isQuick && isLong));
    const runs = bench.isQuick ? 1 : 4;
    for (let run = 0; run < runs; run += 1) {
      for (const [step, { name, run: trial }] of chosen.entries()) {
        const control = await startControl(bench);
        times.add(name, await trial(bench, control, await control.start('server.mjs', 'server')));
        bench.done((run + (step + 1) / chosen.length) / runs);
      }
    }
    const rows = chosen.map(({ name, boundMs }): Row => {
      const values = times.of(name);
      const most = Math.max(...values);
      return {
        figure: `dead-man: ${name}`,
        goal: `≤ ${boundMs + marginMs} ms`,
        measured: `most ${fixed(most, 0)} ms, median ${fixed(median(values), 0)} ms of ${values.length}`,
        peer: '',
        verdict: verdictOf(most <= boundMs + marginMs),
      };
    });
    return { rows, data: times };
  },
};
