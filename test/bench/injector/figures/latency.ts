import type { Effect, EffectEvidence } from '@pado/fault';
import type { Host } from '../../../helpers/host.ts';
import { startControl } from '../harness/control.ts';
import { type Bench, type Figure, type Row, verdictOf } from '../harness/figure.ts';
import { cpuUsOf } from '../harness/proc.ts';
import { startProgram, type Usage, usage, utilisation } from '../harness/programs.ts';
import { quantile, shuffled } from '../harness/stats.ts';
import { change, fixed } from '../harness/text.ts';
import { startToxiproxy } from '../harness/tools.ts';

const rps = 200;
const delaysMs = [10, 50, 250, 1_000] as const;
const paths = ['inbound', 'outbound http', 'outbound fetch', 'toxiproxy', 'by hand'] as const;
type Path = (typeof paths)[number];

/** All that was seen of one way at one delay. */
class Seen {
  readonly times: number[] = [];
  cpuUs = 0;
  utilisation = 0;

  add(times: readonly number[], cpuUs: number, busy: number): void {
    this.times.push(...times);
    this.cpuUs += cpuUs;
    this.utilisation = Math.max(this.utilisation, busy);
  }

  get cpuUsEach(): number {
    return this.cpuUs / this.times.length;
  }
}

interface Way {
  readonly caller: Host;
  /** The process whose CPU pays for the fault: one of ours. */
  readonly payer: Host;
  readonly client: 'http' | 'fetch';
  readonly port: number;
  readonly proxyPid?: number;
  /** The server itself is late, by a setTimeout in its handler. */
  readonly byHand?: boolean;
  begin(ms: number): Promise<unknown>;
  end(): Promise<EffectEvidence | undefined>;
}

async function waysOf(bench: Bench): Promise<Partial<Record<Path, Way>>> {
  const control = await startControl(bench);
  const [server, client] = [await startProgram(bench, 'server.mjs'), await startProgram(bench, 'client.mjs')];
  const [faultyServer, faultyClient] = [
    await control.start('server.mjs', 'server'),
    await control.start('client.mjs', 'client'),
  ];
  const [port, faultyPort] = [await server.ask<number>('port'), await faultyServer.ask<number>('port')];
  const fault = (target: string, direction: 'inbound' | 'outbound') => ({
    begin: (ms: number) => control.arm('late', target, [{ kind: 'latency', direction, delay: `${ms}ms` } as Effect]),
    end: async () => (await control.end('late')).evidence[0],
  });
  const ways: Partial<Record<Path, Way>> = {
    'by hand': {
      caller: client,
      payer: server,
      client: 'http',
      port,
      byHand: true,
      begin: async () => {},
      end: async () => undefined,
    },
    inbound: { caller: client, payer: faultyServer, client: 'http', port: faultyPort, ...fault('server', 'inbound') },
    'outbound http': {
      caller: faultyClient,
      payer: faultyClient,
      client: 'http',
      port,
      ...fault('client', 'outbound'),
    },
    'outbound fetch': {
      caller: faultyClient,
      payer: faultyClient,
      client: 'fetch',
      port,
      ...fault('client', 'outbound'),
    },
  };
  const proxy = await startToxiproxy(bench);
  if (proxy)
    ways.toxiproxy = {
      caller: client,
      payer: server,
      client: 'http',
      port: await proxy.before(port),
      proxyPid: proxy.pid,
      begin: (ms) => proxy.delay(ms),
      end: async () => void (await proxy.undelay()),
    };
  return ways;
}

/** Calls at a constant rate over one way, and what that took. */
async function calls({ caller, payer, client, port, proxyPid, byHand = false }: Way, ms: number, count: number) {
  const cpu = (own: Usage) => own.cpuUs + (proxyPid === undefined ? 0 : cpuUsOf(proxyPid));
  const before = await usage(payer);
  const cpuBefore = cpu(before);
  const url = `http://127.0.0.1:${port}${byHand && ms > 0 ? `/late/${ms}` : '/items/7'}`;
  const times = await caller.ask<number[]>('paced', { url, rps, count, client });
  const after = await usage(payer);
  return { times, cpuUs: cpu(after) - cpuBefore, busy: utilisation(before, after) };
}

/** How long a delayed call really takes, more than the same call without the fault, and what that costs. */
export const latency: Figure = {
  name: 'latency',
  seconds: { full: 160, quick: 14 },
  run: async (bench) => {
    const ways = await waysOf(bench);
    const listed = paths.flatMap((path) => {
      const way = ways[path];
      return way ? [{ path, way }] : [];
    });
    const delays = bench.isQuick ? delaysMs.slice(0, 1) : delaysMs;
    const rounds = bench.isQuick ? 1 : 2;
    const count = bench.isQuick ? 200 : 300;
    for (const { way } of listed) await calls(way, 0, 100);
    const seen = new Map<string, Seen>();
    const base = new Map<string, Seen>();
    const evidences: Record<string, EffectEvidence | undefined> = {};
    const into = (map: Map<string, Seen>, key: string) => map.get(key) ?? map.set(key, new Seen()).get(key)!;
    for (const [step, ms] of delays.entries()) {
      for (let round = 0; round < rounds; round += 1) {
        for (const { path, way } of shuffled(listed, bench.random)) {
          // The same call over the same way, just before.
          const plain = await calls(way, 0, count);
          into(base, `${path} ${ms}`).add(plain.times, plain.cpuUs, plain.busy);
          await way.begin(ms);
          const late = await calls(way, ms, count);
          into(seen, `${path} ${ms}`).add(late.times, late.cpuUs, late.busy);
          const evidence = await way.end();
          if (evidence) evidences[`${path} ${ms} ${round}`] = evidence;
        }
      }
      bench.done((step + 1) / delays.length);
    }
    const summary = (path: Path, ms: number) => {
      const [late, plain] = [seen.get(`${path} ${ms}`), base.get(`${path} ${ms}`)];
      if (!late || !plain) return undefined;
      const over = (share: number) => quantile(late.times, share) - ms - quantile(plain.times, share);
      const earliest = Math.min(...late.times) - ms;
      return {
        p50: over(0.5),
        p99: over(0.99),
        earliest,
        cpuUs: late.cpuUsEach - plain.cpuUsEach,
        utilisation: late.utilisation,
        calls: late.times.length,
      };
    };
    type Summary = NonNullable<ReturnType<typeof summary>>;
    const told = ({ p50, p99, earliest, cpuUs }: Summary) =>
      `p50 ${change(p50, 2)} ms, p99 ${change(p99, 2)} ms, earliest ${change(earliest, 2)} ms, CPU ${change(cpuUs, 0)} µs`;
    const rows = delays.flatMap((ms): Row[] => {
      const [proxied, byHand] = [summary('toxiproxy', ms), summary('by hand', ms)];
      const peer = [
        `Toxiproxy: ${proxied ? told(proxied) : 'go is missing'}`,
        ...(byHand ? [`setTimeout in the handler: ${told(byHand)}`] : []),
      ].join('; ');
      return (['inbound', 'outbound http', 'outbound fetch'] as const).map((path) => {
        const own = summary(path, ms)!;
        return {
          figure: `latency ${ms} ms, ${path}, ${rps} requests/s`,
          goal: 'never early; p50 ≤ +0.5 ms, p99 ≤ +1.5 ms, CPU ≤ 50 µs a request',
          measured: `${told(own)} (${own.calls} calls, loop ${fixed(own.utilisation)} busy)`,
          peer,
          verdict: verdictOf(own.earliest >= 0 && own.p50 <= 0.5 && own.p99 <= 1.5 && own.cpuUs <= 50),
        };
      });
    });
    const summaries = delays.flatMap((ms) => paths.map((path) => ({ path, ms, ...summary(path, ms) })));
    return { rows, data: { summaries, evidences } };
  },
};
