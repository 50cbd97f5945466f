import { join } from 'node:path';
import type { Command } from '../cli/command.ts';
import { exitCodes } from '../contracts.ts';
import { paths } from '../stack/paths.ts';

export const recover: Command = {
  name: 'recover',
  summary: 'undoes what a killed run has left in the cloud: starts again what it had stopped',
  options: {
    dry: { type: 'boolean', description: 'only shows what it would do' },
    forget: { type: 'string', multiple: true, value: 'ID', description: 'closes this one as it is' },
  },
  examples: ['pado recover --dry', 'pado recover'],
  async run({ settings, values, signal, progress }) {
    const [{ intentJournal }, { recoverAll }] = await Promise.all([
      import('../intents/journal.ts'),
      import('../intents/recover.ts'),
    ]);
    const journal = intentJournal(join(paths(settings.project).state, 'intents'));
    const dry = values.boolean('dry');
    const recovered = await recoverAll(journal, {
      ...{ dry, forget: values.strings('forget'), signal },
      told: ({ id, outcome, what, text }) => progress(`${outcome}: ${what}: ${text} (${id})`),
    });
    const isWhole = recovered.every(({ outcome }) => outcome !== 'failed' && outcome !== 'left');
    const count = (wanted: string) => recovered.filter(({ outcome }) => outcome === wanted).length;
    const parts = ['undone', 'would', 'lost', 'forgotten', 'left', 'failed'].filter((one) => count(one) > 0);
    return {
      exitCode: isWhole || dry ? 0 : exitCodes.error,
      json: { dry, recovered },
      text:
        recovered.length === 0
          ? 'nothing is left to undo'
          : parts.map((one) => `${count(one)} ${words[one as keyof typeof words]}`).join(', '),
    };
  },
};

const words = {
  undone: 'undone',
  would: 'to undo',
  lost: 'that nothing can undo',
  forgotten: 'forgotten',
  left: 'of a run that goes on',
  failed: 'not undone: it stays open',
} as const;
