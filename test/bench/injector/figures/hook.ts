import { Evidence } from '../../../../agent/injector/src/evidence.ts';
import { decide } from '../../../../agent/injector/src/request/decide.ts';
import type { RequestFacts } from '../../../../agent/injector/src/request/facts.ts';
import { matcher } from '../../../../agent/injector/src/request/match.ts';
import type { Rule } from '../../../../agent/injector/src/request/rule.ts';
import type { Host } from '../../../helpers/host.ts';
import { startControl } from '../harness/control.ts';
import { type Figure, judge, type Row } from '../harness/figure.ts';
import { startProgram } from '../harness/programs.ts';
import { Samples } from '../harness/samples.ts';
import { differences, estimate, shuffled } from '../harness/stats.ts';
import { interval, shift } from '../harness/text.ts';

const program = 'emit.mjs';
const elsewhere = {
  kind: 'latency',
  direction: 'inbound',
  delay: '1s',
  match: { path: '/orders/*', headers: { 'x-cohort': 'canary' } },
} as const;

/** The decision alone: ten faults that do not fit, for they are asked one after the other. */
function decisionNs(times: number): number {
  const faults = 10;
  const rule = (): Rule => ({
    hooked: 'http inbound',
    fits: matcher(elsewhere.match, () => ({})),
    isHit: () => true,
    inForce: () => true,
    action: { type: 'delay', at: 'before', nextMs: () => 1_000 },
    evidence: new Evidence(0, 'latency', 'ms'),
    label: { fault: 'bench', kind: 'latency', dose: '1s' },
    waits: new Set(),
    revoked: false,
  });
  const rules = Array.from({ length: faults }, rule);
  const request: RequestFacts = {
    method: 'GET',
    path: '/items/7?page=2',
    host: '127.0.0.1',
    port: 8_080,
    header: () => undefined,
  };
  const start = process.hrtime.bigint();
  for (let i = 0; i < times; i += 1) decide(rules, request);
  return Number(process.hrtime.bigint() - start) / times / faults;
}

/** What one call costs on its way through the hook, with nothing else around it. */
export const hook: Figure = {
  name: 'hook',
  seconds: { full: 25, quick: 5 },
  run: async (bench) => {
    const control = await startControl(bench);
    const plain = await startProgram(bench, program);
    const again = await startProgram(bench, program);
    const connected = await control.start(program, 'idle');
    const armed = await control.start(program, 'armed');
    await control.arm('elsewhere', 'armed', [elsewhere]);
    const hosts: Readonly<Record<string, Host>> = { plain, again, connected, armed };
    const times = new Samples<number>();
    const rounds = bench.isQuick ? 5 : 25;
    const calls = 300_000;
    for (let round = -2; round < rounds; round += 1) {
      for (const [name, host] of shuffled(Object.entries(hosts), bench.random)) {
        const ns = await host.ask<number>('nanoseconds', calls);
        // The first two are for the compiler.
        if (round >= 0) times.add(name, ns);
      }
      const ns = decisionNs(calls / 10);
      if (round >= 0) times.add('decide', ns);
      if (round >= 0) bench.done((round + 1) / rounds);
    }
    const more = (name: string) => estimate(differences(times.of(name), times.of('plain')), bench.random);
    const idle = more('connected');
    const notMatching = more('armed');
    const aa = `A/A ${shift(more('again'), 'ns', 0)}`;
    const rows: Row[] = [
      {
        figure: 'idle hook: a call more than without (there is no hook without a fault)',
        goal: '≤ 100 ns',
        measured: shift(idle, 'ns', 0),
        peer: aa,
        verdict: judge(idle, (ns) => ns <= 100),
      },
      {
        figure: 'armed, not matching: a call more than without',
        goal: '≤ 2 µs',
        measured: shift(notMatching, 'ns', 0),
        peer: `${aa}; the decision alone ${interval(estimate(times.of('decide'), bench.random), 0)} ns`,
        verdict: judge(notMatching, (ns) => ns <= 2_000),
      },
    ];
    return { rows, data: times };
  },
};
