import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, relative, resolve } from 'node:path';
import { PadoError } from '@pado/fault';
import type { Command } from '../cli/command.ts';
import { usage } from '../cli/parse.ts';
import { shown } from '../cli/settings.ts';

export const exportCommand: Command = {
  name: 'export',
  summary: 'writes an experiment as Chaos Toolkit runs it: "chaos run" then gives the verdict of "pado run"',
  options: {
    chaostoolkit: { type: 'boolean', description: "the format: Chaos Toolkit's experiment" },
    output: {
      type: 'string',
      short: 'o',
      value: 'FILE',
      description: 'where to write: YAML by the ending .yaml or .yml, else JSON',
      default: 'stdout',
    },
  },
  positional: { name: 'FILE', description: 'an experiment, YAML or JSON' },
  examples: ['pado export --chaostoolkit experiments/slow-payments.yaml -o slow-payments.json'],
  async run({ positionals: [asked = ''], values, settings }) {
    if (!values.boolean('chaostoolkit')) throw usage('"export" needs --chaostoolkit, the only format there is');
    const { exportChaosToolkit } = await import('../export/export.ts');
    const file = resolve(settings.workingDirectory, asked);
    const output = values.string('output');
    const target = resolve(settings.workingDirectory, output ?? `${basename(file).replace(/\.ya?ml$/, '')}.json`);
    const { document, text } = await exportChaosToolkit({
      file: shown(file),
      output: relative(settings.workingDirectory, target),
    });
    if (output === undefined) return { json: document, text: text.trimEnd() };
    try {
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, text);
    } catch (cause) {
      throw new PadoError('ERR_PADO_USAGE', `${output} cannot be written: ${(cause as Error).message}`, { cause });
    }
    return { json: { file: target }, text: shown(target) };
  },
};
