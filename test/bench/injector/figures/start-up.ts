import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startControl } from '../harness/control.ts';
import { type Bench, type Figure, judge, type Row } from '../harness/figure.ts';
import { rssOf } from '../harness/proc.ts';
import { type ProgramOptions, startProgram, stop } from '../harness/programs.ts';
import { Samples } from '../harness/samples.ts';
import { differences, estimate, shuffled } from '../harness/stats.ts';
import { shift } from '../harness/text.ts';

const execute = promisify(execFile);
const program = 'tls.mjs';
const file = fileURLToPath(new URL(`../programs/${program}`, import.meta.url));
const mebi = 2 ** 20;

/** From the start of the process to its end. */
async function lasts(preload: string | undefined, env: NodeJS.ProcessEnv): Promise<number> {
  const NODE_OPTIONS = preload === undefined ? '' : `--require=${preload}`;
  const start = performance.now();
  await execute(process.execPath, [file], { env: { ...process.env, ...env, NODE_OPTIONS } });
  return performance.now() - start;
}

/** Resident memory once the program has come to rest. */
async function resident(bench: Bench, options: ProgramOptions): Promise<number> {
  const host = await startProgram(bench, program, options);
  await sleep(1_000);
  const bytes = rssOf(host.child.pid ?? 0);
  await stop(host.child);
  return bytes / mebi;
}

/** What the injector adds to the start and to the memory of a program that has TLS already. */
export const startUp: Figure = {
  name: 'start-up',
  seconds: { full: 45, quick: 10 },
  run: async (bench) => {
    const control = await startControl(bench);
    const { url, tokenFile } = await control.process.ask<{ url: string; tokenFile: string }>('address');
    const env = { PADO_AGENT_URL: url, PADO_AGENT_TOKEN_FILE: tokenFile, PADO_NAME: 'program' };
    const variants = {
      plain: [undefined, {}],
      again: [undefined, {}],
      inert: [bench.injector, {}],
      connected: [bench.injector, env],
    } as const;
    const times = new Samples<number>();
    const sizes = new Samples<number>();
    const rounds = bench.isQuick ? 8 : 40;
    const sizeRounds = bench.isQuick ? 1 : 4;
    for (let round = -1; round < rounds; round += 1) {
      for (const [name, [preload, more]] of shuffled(Object.entries(variants), bench.random)) {
        const ms = await lasts(preload, more);
        // The first round fills the page cache.
        if (round >= 0) times.add(name, ms);
      }
      bench.done(((round + 1) / rounds) * 0.5);
    }
    for (let round = 0; round < sizeRounds; round += 1) {
      for (const [name, [preload, more]] of shuffled(Object.entries(variants), bench.random)) {
        const options = { preload: preload === undefined ? [] : [preload], env: more };
        sizes.add(name, await resident(bench, options));
      }
      bench.done(0.5 + ((round + 1) / sizeRounds) * 0.5);
    }
    const more = (values: Samples<number>, name: string) =>
      estimate(differences(values.of(name), values.of('plain')), bench.random);
    const peers = (values: Samples<number>, unit: string) =>
      `A/A ${shift(more(values, 'again'), unit, 1)}; without an agent's address ${shift(more(values, 'inert'), unit, 1)}`;
    const [added, size] = [more(times, 'connected'), more(sizes, 'connected')];
    const rows: Row[] = [
      {
        figure: 'start-up time added to a program that uses TLS',
        goal: '≤ 15 ms',
        measured: shift(added, 'ms', 1),
        peer: peers(times, 'ms'),
        verdict: judge(added, (ms) => ms <= 15),
      },
      {
        figure: 'RSS added to a program that uses TLS',
        goal: '≤ 6 MiB',
        measured: shift(size, 'MiB', 1),
        peer: peers(sizes, 'MiB'),
        verdict: judge(size, (size) => size <= 6),
      },
    ];
    return { rows, data: { times, sizes } };
  },
};
