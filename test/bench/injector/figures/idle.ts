import type { Host } from '../../../helpers/host.ts';
import { type Control, startControl } from '../harness/control.ts';
import { type Bench, type Figure, judge, type Row, skipped } from '../harness/figure.ts';
import { cpuUsOf } from '../harness/proc.ts';
import { startProgram, stop, usage } from '../harness/programs.ts';
import { Samples } from '../harness/samples.ts';
import { differences, type Estimate, estimate, pooledRatio, ratios, shuffled } from '../harness/stats.ts';
import { interval, shift } from '../harness/text.ts';
import { has, openTelemetry, startToxiproxy, type Toxiproxy } from '../harness/tools.ts';
import { wrk } from '../harness/wrk.ts';

type Variant = 'plain' | 'plain again' | 'idle' | 'not matching' | 'opentelemetry' | 'toxiproxy';

interface Sample {
  readonly cpuUs: number;
  readonly requestsPerSecond: number;
  /** Of each call at a constant rate, in milliseconds. */
  readonly times: readonly number[];
}

const server = 'server.mjs';
const name = 'bench';
/** Fits no request, but has to look at the path and at a header of each. */
const elsewhere = {
  kind: 'latency',
  direction: 'inbound',
  delay: '1s',
  match: { path: '/orders/*', headers: { 'x-cohort': 'canary' } },
} as const;

interface Parts {
  readonly bench: Bench;
  readonly control: Control;
  readonly client: Host;
  readonly otel: string | undefined;
  readonly toxiproxy: Toxiproxy | undefined;
}

async function start({ bench, control, otel }: Parts, variant: Variant): Promise<Host> {
  switch (variant) {
    case 'idle':
      return control.start(server, name);
    case 'not matching': {
      const host = await control.start(server, name);
      await control.arm('elsewhere', name, [elsewhere]);
      return host;
    }
    case 'opentelemetry': {
      const preload = [new URL('../programs/otel.cjs', import.meta.url).pathname];
      return startProgram(bench, server, { preload, env: { BENCH_OTEL: otel } });
    }
    default:
      return startProgram(bench, server);
  }
}

/** A fresh process for each sample: what one process happens to be like must not decide. */
async function measure(parts: Parts, variant: Variant): Promise<Sample> {
  const { bench, control, client, toxiproxy } = parts;
  const host = await start(parts, variant);
  const own = await host.ask<number>('port');
  const proxy = variant === 'toxiproxy' ? toxiproxy : undefined;
  const url = `http://127.0.0.1:${proxy ? await proxy.before(own) : own}/items/7`;
  await wrk(url, 1);
  const [before, proxyBefore] = [await usage(host), proxy ? cpuUsOf(proxy.pid) : 0];
  const { requestsPerSecond } = await wrk(url, bench.isQuick ? 1 : 2);
  const [after, proxyAfter] = [await usage(host), proxy ? cpuUsOf(proxy.pid) : 0];
  const times = await client.ask<number[]>('paced', { url, rps: 500, count: bench.isQuick ? 250 : 500 });
  if (variant === 'not matching') await control.end('elsewhere');
  await stop(host.child);
  return {
    cpuUs: (after.cpuUs - before.cpuUs + proxyAfter - proxyBefore) / (after.served - before.served),
    requestsPerSecond,
    times: times.map((ms) => Number(ms.toFixed(3))),
  };
}

type Measure = 'cpuUs' | 'p99' | 'requestsPerSecond';
const goals: readonly (readonly [Measure, string, string, (ratio: number) => boolean])[] = [
  ['cpuUs', 'injector idle: CPU a request ÷ without', '≤ 1.01', (ratio) => ratio <= 1.01],
  ['p99', 'injector idle: p99 at 500 requests/s, all rounds ÷ without', '≤ 1.01', (ratio) => ratio <= 1.01],
  ['requestsPerSecond', 'injector idle: requests/s ÷ without', '≥ 0.99', (ratio) => ratio >= 0.99],
];

/** What a Fastify server pays for an injector that does nothing, and for a fault that does not fit. */
export const idle: Figure = {
  name: 'idle',
  seconds: { full: 260, quick: 22 },
  run: async (bench) => {
    if (!(await has('wrk')))
      return { rows: [skipped('injector idle', '≤ 1.01', 'wrk is not installed (apt-get install wrk)')], data: {} };
    const [control, client] = [await startControl(bench), await startProgram(bench, 'client.mjs')];
    const [otel, toxiproxy] = [await openTelemetry(), await startToxiproxy(bench)];
    const parts: Parts = { bench, control, client, otel, toxiproxy };
    const rounds = bench.isQuick ? 1 : 12;
    const samples = new Samples<Sample>();
    for (let round = 0; round < rounds; round += 1) {
      // What peers cost shows in fewer rounds.
      const withPeers = round < Math.ceil(rounds / 2);
      const variants: Variant[] = ['plain', 'plain again', 'idle', 'not matching'];
      if (withPeers && otel !== undefined) variants.push('opentelemetry');
      if (withPeers && toxiproxy !== undefined) variants.push('toxiproxy');
      for (const variant of shuffled(variants, bench.random)) samples.add(variant, await measure(parts, variant));
      bench.done((round + 1) / rounds);
    }
    const of = (variant: Variant, key: 'cpuUs' | 'requestsPerSecond') =>
      samples.of(variant).map((sample) => sample[key]);
    const timesOf = (variant: Variant) => samples.of(variant).map(({ times }) => times);
    const ratio = (variant: Variant, key: Measure): Estimate =>
      key === 'p99'
        ? pooledRatio(timesOf(variant), timesOf('plain'), 0.99, bench.random)
        : estimate(ratios(of(variant, key), of('plain', key)), bench.random);
    const peer = (key: Measure) =>
      [
        `A/A ${interval(ratio('plain again', key))}`,
        otel === undefined
          ? 'OpenTelemetry: not to be had'
          : `OpenTelemetry ${interval(ratio('opentelemetry', key), 2)}`,
        toxiproxy === undefined ? 'Toxiproxy: go is missing' : `Toxiproxy ${interval(ratio('toxiproxy', key), 2)}`,
      ].join('; ');
    const rows = goals.map(([key, figure, goal, fits]): Row => {
      const measured = ratio('idle', key);
      return { figure, goal, measured: interval(measured), peer: peer(key), verdict: judge(measured, fits) };
    });
    const more = estimate(differences(of('not matching', 'cpuUs'), of('plain', 'cpuUs')), bench.random);
    rows.push({
      figure: 'armed, not matching: CPU a request more than without',
      goal: '≤ 2 µs',
      measured: shift(more, 'µs'),
      peer: `A/A ${shift(estimate(differences(of('plain again', 'cpuUs'), of('plain', 'cpuUs')), bench.random), 'µs')}`,
      verdict: judge(more, (us) => us <= 2),
    });
    return { rows, data: samples };
  },
};
