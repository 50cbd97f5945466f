import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { presets } from '@pado/kit/presets';
import t, { type Test } from 'tap';
import {
  effect,
  matrixMarkdown,
  matrixText,
  mergedTable,
  presetsMarkdown,
} from '../../../runner/src/bench/cascade-matrix.ts';
import { type CascadeOptions, proveCascade } from '../../../runner/src/bench/cascades.ts';
import type { ArmRequest } from '../../../runner/src/bench/measure-run.ts';
import type { Experiment } from '../../../runner/src/experiment/experiment.ts';
import type { CascadeClaim } from '../../../runner/src/experiment/schema/cascade.ts';
import { validateExperiment } from '../../../runner/src/experiment/validate.ts';
import { armRun } from '../../helpers/bench-runs.ts';

const experiment = {
  name: 'storm',
  title: 'A storm',
  document: { title: 'A storm' },
  configuration: { outage_seconds: 6, rate: 33 },
} as unknown as Experiment;
const claim: CascadeClaim = {
  trigger: { name: 'outage_seconds', weaker: 3.6 },
  signature: [{ name: 'attempts', query: 'x', tolerance: 3 }],
  journeys: ['list'],
  seeds: 2,
};

async function state(t: Test): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'pado-cascades-'));
  t.teardown(() => rm(path, { recursive: true, force: true }));
  return path;
}

const seen = [{ name: 'attempts', window: 'observe', value: 3, expected: '= 3', met: true }] as const;
/** As it is told: naive falls unless the trigger is weak, the fix holds. */
const asTold = async ({ arm, vars, seed }: ArmRequest) =>
  arm.name === 'naive' && vars.outage_seconds === undefined
    ? armRun({ seed, verdict: 'deviated', signature: seen, metrics: { ttrRevertSeconds: null, sloLossSeconds: 64 } })
    : armRun({ seed, metrics: { ttrRevertSeconds: 3 } });

const options = (state: string, change: Partial<CascadeOptions> = {}): CascadeOptions => ({
  ...{ state, fresh: false, signal: new AbortController().signal, onStep() {}, run: asTold },
  calibrated: () => ({ rate: 20 }),
  code: 'x',
  fix: async (name) => ({ name, policies: presets.full }),
  ...change,
});

t.test('each seed has both arms, the weaker trigger one; the calibration is in all of them', async (t) => {
  const asked: ArmRequest[] = [];
  const run = (request: ArmRequest) => {
    asked.push(request);
    return asTold(request);
  };
  const result = await proveCascade(experiment, claim, options(await state(t), { run }));
  t.same(
    asked.map(({ arm, seed, vars }) => [arm.name, seed, vars]),
    [
      ['naive', 1, { rate: 20 }],
      ['full', 1, { rate: 20 }],
      ['naive', 1, { rate: 20, outage_seconds: 3.6 }],
      ['naive', 2, { rate: 20 }],
      ['full', 2, { rate: 20 }],
    ],
  );
  t.ok(result.proven, matrixText([result]));
});

t.test('a void run is made once more, and an interrupted cascade goes on where it stopped', async (t) => {
  const at = await state(t);
  let made = 0;
  const broken = proveCascade(experiment, claim, {
    ...options(at),
    async run(request) {
      made++;
      if (made === 4) throw new Error('the machine was switched off');
      return { ...(await asTold(request)), ...(made === 2 ? { void: ['k6 took 0.7 of a core'] } : {}) };
    },
  });
  await t.rejects(broken, { message: 'the machine was switched off' });
  t.same((await readdir(join(at, 'cascades/storm/runs'))).sort(), ['fixed-1.json', 'naive-1.json']);
  const steps: string[] = [];
  const onStep: CascadeOptions['onStep'] = ({ name }, event) => steps.push(`${name} ${event}`);
  const result = await proveCascade(experiment, claim, options(at, { onStep }));
  t.same(steps.slice(0, 3), ['naive-1 kept', 'fixed-1 kept', 'weaker-1 begins']);
  t.ok(result.proven);
});

t.test('the matrix says how each arm fared, and names the claim that did not come true', async (t) => {
  const stuck = async (request: ArmRequest) =>
    request.arm.name === 'full'
      ? armRun({ verdict: 'deviated', metrics: { ttrRevertSeconds: null } })
      : asTold(request);
  const result = await proveCascade(experiment, claim, options(await state(t), { run: stuck }));
  t.notOk(result.proven);
  const text = matrixText([result]);
  t.match(text, /storm .*64\.0 s lost, none back .*NOT PROVEN/);
  t.match(text, /storm: the fix holds: no \(0 of 2: deviated, deviated\)/);
  t.match(matrixMarkdown([result]), /^\| cascade \|.*\n\| --- \|.*\n\| storm \|/);
});

t.test('the presets in between have a run each, with the first seed, and are set beside naive', async (t) => {
  const losses: Readonly<Record<string, number>> = { naive: 10, timeouts: 14, standard: 9.5, full: 1 };
  const asked: string[] = [];
  const run = async ({ arm, seed, vars }: ArmRequest) => {
    if (vars.outage_seconds === undefined) asked.push(`${arm.name}-${seed}`);
    const sloLossSeconds = losses[arm.name] ?? 0;
    return armRun({ seed, metrics: { sloLossSeconds, ttrRevertSeconds: arm.name === 'timeouts' ? null : 2 } });
  };
  const result = await proveCascade(experiment, claim, options(await state(t), { run, presets: true }));
  t.same(asked, ['naive-1', 'full-1', 'timeouts-1', 'standard-1', 'naive-2', 'full-2']);
  t.same(presetsMarkdown([result]).split('\n'), [
    '| cascade | naive | timeouts | standard | full |',
    '| --- | --- | --- | --- | --- |',
    '| storm | 10.0 s, back after 2 s | **worse**: 14.0 s, not back | no difference: 9.5 s, back after 2 s | helps: 1.0 s, back after 2 s |',
  ]);
});

t.test('a preset under which a program died says so, without its log', async (t) => {
  const why = 'it did not go to its end (error: inventory has ended (SIGABRT); the end of /x/inventory.log)';
  const run = async ({ arm, seed }: ArmRequest) =>
    armRun({ seed, ...(arm.name === 'timeouts' ? { void: [why] } : {}) });
  const result = await proveCascade(experiment, claim, options(await state(t), { run, presets: true }));
  t.match(presetsMarkdown([result]), '| broke off: inventory has ended (SIGABRT) |');
});

t.test('a table takes the rows that were made anew, and keeps the others', (t) => {
  const head = '| cascade | naive |\n| --- | --- |';
  const page = `<!-- matrix -->\nOn a day.\n\n${head}\n| cold-cache | 1 s |\n| health-flap | 2 s |\n<!-- /matrix -->`;
  const merged = mergedTable(page, `${head}\n| health-flap | 3 s |\n| gc-spiral | 4 s |`);
  t.equal(merged, `${head}\n| cold-cache | 1 s |\n| gc-spiral | 4 s |\n| health-flap | 3 s |`);
  t.equal(mergedTable('Not written yet.', `${head}\n| a | 1 s |`), `${head}\n| a | 1 s |`);
  t.equal(
    mergedTable(page, '| cascade | other |\n| --- | --- |\n| a | 1 s |').includes('cold-cache'),
    false,
    'other columns',
  );
  t.end();
});

t.test('an effect is called one only where it is plain', (t) => {
  t.equal(effect(6.9, 10), 'helps');
  t.equal(effect(7.1, 10), 'no difference');
  t.equal(effect(0.1, 0.9), 'no difference', 'less than a second');
  t.equal(effect(13.1, 10), '**worse**');
  t.equal(effect(1.5, 0.6), 'no difference');
  t.end();
});

t.test('every cascade of the catalogue is valid, and its weaker trigger is at least 60% of the trigger', async (t) => {
  const folder = new URL('../../../experiments/cascades/', import.meta.url).pathname;
  const files = (await readdir(folder)).filter((file) => file.endsWith('.yaml'));
  t.equal(files.length, 14);
  for (const file of files) {
    const { cascade, configuration, observeMs, load } = await validateExperiment(join(folder, file));
    t.ok(cascade !== undefined && load !== undefined, file);
    const trigger = configuration[cascade!.trigger.name];
    t.type(trigger, 'number', `${file}: the trigger has a magnitude`);
    const share = cascade!.trigger.weaker / (trigger as number);
    t.ok(share >= 0.6 - 1e-9 && share < 1, `${file}: the weaker trigger is ${share} of it`);
    t.ok(observeMs >= (cascade!.metastable === true ? 60_000 : 40_000), `${file}: seen for long enough`);
    t.ok('seed' in configuration, `${file}: chance has a seed`);
  }
});
