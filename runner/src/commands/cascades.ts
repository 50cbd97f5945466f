import { readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readArm } from '../bench/arms.ts';
import { calibrated } from '../bench/calibration.ts';
import { matrixMarkdown, matrixText, mergedTable, presetsMarkdown } from '../bench/cascade-matrix.ts';
import type { CascadeResult } from '../bench/cascades.ts';
import { timeText } from '../bench/follow.ts';
import { codeOf } from '../bench/identity.ts';
import type { Command } from '../cli/command.ts';
import { meant, usage } from '../cli/parse.ts';
import { shown } from '../cli/settings.ts';
import { number } from '../cli/values.ts';
import { validateExperiment } from '../experiment/validate.ts';
import { replaceFile } from '../stack/files.ts';
import { paths } from '../stack/paths.ts';
import { armContext, armReaders, calibration, calibrationText } from './bench-tools.ts';

export const cascades: Command = {
  name: 'cascades',
  summary: 'proves the cascades of the catalogue: each falls without protection and is held by its fix',
  options: {
    seeds: {
      type: 'string',
      value: 'N',
      description: 'at most so many seeds each, 1 to 20',
      default: "each file's own",
    },
    presets: { type: 'boolean', description: 'runs the presets timeouts and standard too, once each' },
    'write-docs': {
      type: 'boolean',
      description:
        'writes the rows of these cascades into docs/reference/cascades.md, and with --presets into docs/reference/fixes.md',
    },
    fresh: { type: 'boolean', description: 'throws away earlier runs', default: 'goes on where it stopped' },
  },
  positional: { name: 'NAME', description: 'cascades of experiments/cascades; none: all', min: 0, max: 100 },
  examples: ['pado cascades', 'pado cascades retry-storm-capacity cold-cache', 'pado cascades --seeds 1'],
  async run(invocation) {
    const { values, positionals, settings, signal, progress } = invocation;
    const folder = join(settings.installation, 'experiments', 'cascades');
    const all = readdirSync(folder)
      .filter((file) => file.endsWith('.yaml'))
      .map((file) => file.slice(0, -'.yaml'.length));
    for (const name of positionals) {
      if (!all.includes(name))
        throw usage(`there is no cascade "${name}"${meant(name, all)}; there are: ${all.join(', ')}`);
    }
    const names = positionals.length === 0 ? all : positionals;
    if (values.boolean('write-docs') && values.string('seeds') !== undefined)
      throw usage("--write-docs writes what each file's own seeds have shown: run it without --seeds");
    const seeds = number(values, 'seeds', { min: 1, max: 20, whole: true });
    const experiments = await Promise.all(names.map((name) => validateExperiment(shown(join(folder, `${name}.yaml`)))));
    const context = await armContext(invocation);
    const machine = await calibration(invocation, context);
    progress(calibrationText(machine));

    const [{ proveCascade }, { runArm }] = await Promise.all([
      import('../bench/cascades.ts'),
      import('../bench/run-arm.ts'),
    ]);
    const { state } = paths(settings.project);
    const results: CascadeResult[] = [];
    for (const [index, experiment] of experiments.entries()) {
      const { cascade: claim } = experiment;
      if (claim === undefined) throw usage(`${experiment.file} claims nothing: it has no \`cascade\` in its extension`);
      progress(`\n[${index + 1}/${experiments.length}] ${experiment.name}: ${experiment.title}`);
      const startedMs = performance.now();
      results.push(
        await proveCascade(experiment, claim, {
          ...{ state, seeds, signal, fresh: values.boolean('fresh'), presets: values.boolean('presets') },
          calibrated: (configuration) => calibrated(configuration, machine),
          code: await codeOf(experiment, settings.installation),
          fix: (name) => readArm(name, armReaders(settings.workingDirectory)),
          run: (request) => runArm(request, context),
          onStep(step, event, run) {
            const spoilt = run?.void === undefined ? '' : `, void: ${run.void.join('; ')}`;
            const what = { begins: 'begins', kept: 'is kept from before', done: `is done${spoilt}` }[event];
            progress(`  ${step.name} ${what} (${timeText(performance.now() - startedMs)})`);
          },
        }),
      );
      progress(matrixText(results.slice(-1)));
    }
    const file = join(state, 'cascades', 'matrix.json');
    await replaceFile(file, `${JSON.stringify({ machine, results }, null, 2)}\n`, 0o644);
    if (values.boolean('write-docs')) {
      const write = (page: string, mark: string, table: string) =>
        writeTable(join(settings.installation, 'docs', 'reference', page), mark, table, calibrationText(machine));
      await write('cascades.md', 'matrix', matrixMarkdown(results));
      if (values.boolean('presets')) await write('fixes.md', 'presets', presetsMarkdown(results));
    }
    const proven = results.filter((result) => result.proven).length;
    const text = `${matrixText(results)}\n\n${proven} of ${results.length} cascades proven; ${shown(file)}`;
    return { exitCode: proven === results.length ? 0 : 1, json: { machine, results }, text };
  },
};

/** Between the two marks; the rest of the page is written by hand. */
async function writeTable(file: string, mark: string, table: string, machine: string): Promise<void> {
  const page = await readFile(file, 'utf8');
  const marks = new RegExp(`<!-- ${mark} -->[\\s\\S]*<!-- /${mark} -->`);
  const said = `Last written on ${new Date().toISOString().slice(0, 10)}: ${machine}.`;
  const made = `<!-- ${mark} -->\n${said}\n\n${mergedTable(marks.exec(page)?.[0] ?? '', table)}\n<!-- /${mark} -->`;
  await writeFile(
    file,
    page.replace(marks, () => made),
  );
}
