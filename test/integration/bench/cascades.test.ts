import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { writeCalibration } from '../../../runner/src/bench/calibration.ts';
import type { BenchRun, BenchSummary } from '../../../runner/src/bench/contracts.ts';
import { checkout, project } from '../../helpers/pado.ts';

t.setTimeout(300_000);

/** A cascade of the catalogue with shorter phases; what it does and what it claims stays as it is. */
async function shortened(folder: string, name: string): Promise<string> {
  const text = await readFile(join(checkout, 'experiments/cascades', `${name}.yaml`), 'utf8');
  const file = join(folder, `${name}.yaml`);
  await writeFile(
    file,
    text
      .replace('warmup: 10s', 'warmup: 6s')
      .replace('baseline: 15s', 'baseline: 8s')
      .replace(/observe: \d+s/, 'observe: 12s')
      .replace('script: load/cascade.ts', `script: ${join(checkout, 'load/cascade.ts')}`),
  );
  return file;
}

/** One pair, and what it left. */
async function benchmark(t: Test, name: string) {
  const { folder, pado } = await project(t);
  await mkdir(join(folder, '.pado'), { recursive: true });
  await writeCalibration(join(folder, '.pado'), 600, new Date());
  const file = await shortened(folder, name);
  const { exitCode, stdout, stderr } = await pado('bench', file, '--a', 'naive', '--b', 'full', '--quick', '--json');
  t.equal(exitCode, 0, stderr);
  const summary = JSON.parse(stdout) as BenchSummary & { files: Record<'html' | 'bins' | 'runs' | 'json', string> };
  const { runs } = JSON.parse(await readFile(summary.files.json, 'utf8')) as { runs: readonly BenchRun[] };
  const of = (arm: 'a' | 'b') => runs.find((run) => run.arm === arm)!;
  return { summary, naive: of('a'), full: of('b'), stderr };
}

t.test('a storm of retries outlives its trigger under naive, and not under full', async (t) => {
  const { summary, naive, full } = await benchmark(t, 'retry-storm-capacity');
  t.equal(naive.verdict, 'deviated');
  t.equal(full.verdict, 'held');
  t.ok(naive.metrics.sloLossSeconds > full.metrics.sloLossSeconds + 5, 'it costs more than the trigger does');
  t.ok((naive.metrics.amplification['gateway → catalog'] ?? 0) > 2, 'calls are repeated');
  t.ok((full.metrics.amplification['gateway → catalog'] ?? 9) < 1.3, 'within the budget');
  t.ok((naive.metrics.wastedShare ?? 0) > 0.3, 'and served for nobody');
  t.equal(naive.seed, full.seed, 'both arms met the same users');
  t.equal(summary.claim, 'none', 'one pair claims nothing');
  t.match(summary.sentence, /[Nn]othing can be claimed/);
  const lines = async (file: string) => (await readFile(file, 'utf8')).trimEnd().split('\n');
  t.equal((await lines(summary.files.runs)).length, 3, 'a line a run, and the head');
  const bins = (await lines(summary.files.bins)).length;
  t.equal(bins, 1 + naive.bins.length + full.bins.length);
  t.match(await readFile(summary.files.html, 'utf8'), /retry-storm-capacity/);
});

t.test('layers of retries multiply under naive, and add nothing under full', async (t) => {
  const { naive, full } = await benchmark(t, 'layered-retries');
  t.equal(naive.verdict, 'deviated');
  t.equal(full.verdict, 'held');
  t.ok((naive.metrics.leafAmplification ?? 0) > 2 * (full.metrics.leafAmplification ?? 9), 'the leaf feels it');
});
