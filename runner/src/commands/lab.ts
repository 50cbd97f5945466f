import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { presetNames } from '@pado/kit/presets';
import type { Command, Invocation } from '../cli/command.ts';
import { meant, usage } from '../cli/parse.ts';
import { shown } from '../cli/settings.ts';
import type { RunResult } from '../experiment/run.ts';
import { languageOf } from '../report/text/language.ts';
import { presetOf, switchPolicies } from '../stack/policies.ts';
import type { Stack } from '../stack/supervise.ts';
import { type Lab, labs } from './labs.ts';
import { addresses, shopOptions, startShop } from './shop.ts';
import { exitCodeOfLab } from './verdicts.ts';
import { comparison, summary, watched } from './watched.ts';

type Policies = NonNullable<ReturnType<typeof presetOf>>;

const names = labs.map(({ name }) => name);

export const lab: Command = {
  name: 'lab',
  summary: 'goes through the five steps by itself: break the shop, watch it, fix it, prove it',
  options: {
    exit: {
      type: 'boolean',
      description: 'stop everything at the end',
      default: 'only without a terminal, in CI and with --json',
    },
    fix: {
      type: 'string',
      value: 'PRESET',
      description: `the improvement: ${presetNames.join(', ')}`,
      default: "the lab's own",
    },
    ...shopOptions,
  },
  positional: { name: 'NAME', description: names.join(', ') },
  examples: ['pado lab slow-payments', 'pado lab slow-payments --exit', 'pado lab slow-payments --exit --fix naive'],
  async run(invocation) {
    const { values, positionals, settings, json, progress } = invocation;
    const chosen = labOf(positionals[0] ?? '');
    const fix = fixOf(values.string('fix') ?? chosen.fix);
    const { preset } = fix;
    progress(
      [`Pado lab: ${chosen.name}`, ...chosen.steps.map((step, index) => `  ${index + 1} ${step}`), ''].join('\n'),
    );
    const shop = await startShop(invocation, { bound: true });
    try {
      progress(`\n${addresses(shop.file)}\n`);
      const runs = await fiveSteps(invocation, chosen, fix, shop);
      const journals = runs.map(({ journal }) => journal);
      const { writeReport } = await import('../report/report.ts');
      const file = join(dirname(runs.at(-1)!.journalFile), 'report.html');
      const reportFile = await writeReport({ journals, file, language: languageOf(settings.environment) });
      const exitCode = exitCodeOfLab(journals.map(({ pado }) => pado.verdict));
      const files = [...runs.map(({ journalFile }) => `journal  ${journalFile}`), `report   ${reportFile}`];
      const table = await comparison(journals, settings);
      const text = [table, conclusion(exitCode, preset), files.join('\n')].filter(Boolean).join('\n\n');
      if (exitCode === 5) await Promise.race([shop.died, Promise.resolve()]);
      if (settings.interactive && !json && !values.boolean('exit')) {
        progress(`${text}\n\n${next(chosen, shop, reportFile)}`);
        await stay(invocation, shop);
      }
      return { exitCode, json: { lab: chosen.name, exitCode, runs: runs.map(summary), reportFile }, text };
    } finally {
      progress('stopping the shop');
      await shop.stop();
    }
  },
};

/** Both arms, or the first alone when it could not be judged. */
async function fiveSteps(
  invocation: Invocation,
  { experiment, lesson }: Lab,
  fix: Policies,
  shop: Stack,
): Promise<readonly RunResult[]> {
  const { settings, signal, progress } = invocation;
  const file = shown(join(settings.installation, experiment));
  using view = await watched(invocation);
  const arm = (policies: string) => view.run({ file, stack: shop.file, policies, died: shop.died });

  progress('Steps 1 to 4: as it was built, without any protection (policies: naive)');
  const before = await arm('naive');
  const { verdict } = before.journal.pado;
  if (verdict !== 'deviated' && verdict !== 'held') return [before];
  if (verdict === 'deviated') progress(`\n${lesson}`);

  progress(`\nStep 5: the improvement (policies: ${fix.preset}), switched while the shop runs`);
  await Promise.race([switchPolicies(shop.file, fix, signal), shop.died]);
  return [before, await arm(fix.preset)];
}

/** Until Ctrl-C, or until a process dies. */
async function stay({ signal }: Invocation, { died }: Stack): Promise<void> {
  signal.throwIfAborted();
  await Promise.race([once(signal, 'abort'), died]);
  signal.throwIfAborted();
}

function conclusion(exitCode: number, fix: string): string {
  if (exitCode === 0)
    return `As told: it deviated without protection, and held with "${fix}". The fix is proven under this fault.`;
  if (exitCode === 1) return `Not as told: it should deviate without protection and hold with "${fix}".`;
  return 'Nothing is proven: at least one run could not be judged; its reason is above.';
}

const next = ({ experiment }: Lab, { file }: Stack, report: string): string =>
  [
    'The shop stays up. In another terminal, try:',
    `  open ${report}`,
    `  open ${file.urls.gateway}/docs`,
    '  npm run pado -- status',
    '  npm run pado -- policy set naive',
    `  npm run pado -- run ${experiment}`,
    'Ctrl-C stops everything.',
  ].join('\n');

function labOf(name: string): Lab {
  const found = labs.find((one) => one.name === name);
  if (found === undefined)
    throw usage(`there is no lab "${name}"${meant(name, names)}; there are: ${names.join(', ')}`);
  return found;
}

function fixOf(name: string): Policies {
  const preset = presetOf(name);
  if (preset !== undefined) return preset;
  throw usage(`--fix: there is no preset "${name}"${meant(name, presetNames)}; there are: ${presetNames.join(', ')}`);
}
