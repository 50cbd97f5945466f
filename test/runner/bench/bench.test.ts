import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { presets } from '@pado/kit/presets';
import t, { type Test } from 'tap';
import { type BenchOptions, bench } from '../../../runner/src/bench/bench.ts';
import type { ArmRequest } from '../../../runner/src/bench/measure-run.ts';
import type { Experiment } from '../../../runner/src/experiment/experiment.ts';
import { armRun } from '../../helpers/bench-runs.ts';

const a = { name: 'naive', policies: presets.naive };
const b = { name: 'full', policies: presets.full };
const experiment = { name: 'storm', document: { title: 'x' }, configuration: {} } as unknown as Experiment;

async function state(t: Test): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'pado-bench-'));
  t.teardown(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** Arms that lose what they are told to, beside a little that the seed decides. */
const losing =
  (losses: Readonly<Record<string, number>>, asked: ArmRequest[] = []) =>
  async (request: ArmRequest) => {
    asked.push(request);
    const { arm, seed } = request;
    return armRun({
      ...{ seed, policies: arm.name, journalFile: join(request.directory, `${asked.length}`, 'journal.json') },
      metrics: { sloLossSeconds: losses[arm.name]! + (seed % 7) / 10 },
    });
  };

const options = (state: string, change: Partial<BenchOptions>): BenchOptions => ({
  ...{ experiment, a, b, state, pairs: 8, seed: 1, quick: false, fresh: false, vars: {}, code: 'x' },
  ...{ signal: new AbortController().signal, onRun() {}, run: losing({ naive: 41, full: 3 }) },
  ...change,
});

t.test('a fix that helps in all of eight pairs is claimed, and the sentence says by how much', async (t) => {
  const asked: ArmRequest[] = [];
  const result = await bench(options(await state(t), { run: losing({ naive: 41, full: 3 }, asked) }));
  t.equal(asked.length, 16);
  t.match(result.summary, { claim: 'better', pairs: 8, voidRuns: 0, primary: { estimate: -38, pairs: 8 } });
  t.ok((result.summary.primary?.p ?? 1) < 0.01);
  t.match(result.summary.sentence, /`full` loses 3\.\d s of SLO against 41\.\d s.*8 pairs, p = 0\.008/);
  for (const pair of [0, 1, 2, 3]) {
    const seeds = result.runs.filter((run) => run.pair === pair).map((run) => run.seed);
    t.equal(new Set(seeds).size, 1, 'one seed for both arms of a pair');
  }
  t.notOk(result.runs[0]?.journalFile.startsWith('/'), 'the folder can be moved');
});

t.test('one pair, five pairs, and equal arms claim nothing', async (t) => {
  for (const change of [{ quick: true }, { pairs: 5 }, { run: losing({ naive: 3, full: 3 }) }]) {
    const { summary } = await bench(options(await state(t), change));
    t.equal(summary.claim, 'none');
    t.match(summary.sentence, /[Nn]othing can be claimed/);
  }
});

t.test('an interrupted benchmark goes on where it stopped', async (t) => {
  const at = await state(t);
  const first: ArmRequest[] = [];
  const run = losing({ naive: 41, full: 3 }, first);
  const broken = bench(
    options(at, {
      async run(request) {
        if (first.length === 5) throw new Error('the machine was switched off');
        return run(request);
      },
    }),
  );
  await t.rejects(broken, { message: 'the machine was switched off' });
  const second: ArmRequest[] = [];
  const result = await bench(options(at, { run: losing({ naive: 41, full: 3 }, second) }));
  t.equal(first.length + second.length, 16);
  t.equal(result.summary.pairs, 8);
  const third: ArmRequest[] = [];
  await bench(options(at, { run: losing({ naive: 41, full: 3 }, third) }));
  t.equal(third.length, 0, 'what is complete is only summed up');
});

t.test('other policies are another benchmark: they never join the runs of the first', async (t) => {
  const at = await state(t);
  await bench(options(at, { pairs: 1 }));
  const changed = { ...b, policies: { ...presets.full, servers: {} } };
  await t.rejects(bench(options(at, { pairs: 1, b: changed })), { code: 'ERR_PADO_INVALID', message: /--fresh/ });
});

t.test('a void run is made once more; what stays void counts for nothing', async (t) => {
  let made = 0;
  const spoilt = losing({ naive: 41, full: 3 });
  const { summary, runs } = await bench(
    options(await state(t), {
      pairs: 6,
      async run(request) {
        made++;
        const run = await spoilt(request);
        return made === 1 || request.seed === runsSeed ? { ...run, void: ['k6 took 0.7 of a core'] } : run;
      },
    }),
  );
  t.equal(made, 13);
  t.match(summary, { pairs: 6, voidRuns: 0 });
  t.equal(runs.length, 12);
});
const runsSeed = Number.NaN;

t.test('A/A: the interval holds 0, and its half width becomes the noise floor of later benchmarks', async (t) => {
  const at = await state(t);
  const noisy = async (request: ArmRequest) => {
    const run = await losing({ naive: 5 })(request);
    const jitter = request.seed % 2 === 0 ? 1 : -1;
    return { ...run, metrics: { ...run.metrics, sloLossSeconds: 5 + (Math.abs(hash(request)) % 10) * 0.1 * jitter } };
  };
  let count = 0;
  const hash = (_: ArmRequest) => [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3][count++ % 16]!;
  const gate = await bench(options(at, { b: a, run: noisy }));
  t.equal(gate.summary.claim, 'none');
  const later = await bench(options(at, {}));
  t.type(later.summary.noiseFloor, 'number');
  t.equal(later.summary.claim, 'better', 'a difference far above the noise');
});
