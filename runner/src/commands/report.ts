import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { PadoError } from '@pado/fault';
import type { Command } from '../cli/command.ts';
import type { Journal } from '../contracts.ts';
import { type Language, languageOf, languages } from '../report/text/language.ts';
import { comparison } from './watched.ts';

export const report: Command = {
  name: 'report',
  summary: 'makes one self-contained HTML page of a run, or of several to compare',
  options: {
    output: {
      type: 'string',
      short: 'o',
      value: 'FILE',
      description: 'where to write',
      default: 'report.html beside the last journal',
    },
    language: {
      type: 'string',
      choices: languages,
      description: 'the language of the page',
      default: 'ko where LC_ALL or LANG says so, else en',
    },
  },
  positional: { name: 'JOURNAL', description: 'journals or the folders of runs, the one with the fix last', max: 100 },
  examples: ['pado report .pado/runs/BEFORE .pado/runs/AFTER', 'pado report journal.json --language ko -o report.html'],
  async run({ positionals, values, settings }) {
    const { workingDirectory } = settings;
    const files = await Promise.all(positionals.map((path) => journalFile(resolve(workingDirectory, path), path)));
    const journals = await Promise.all(files.map(readJournal));
    const output = values.string('output');
    const beside = join(dirname(files.at(-1) ?? ''), 'report.html');
    const { writeReport } = await import('../report/report.ts');
    const reportFile = await writeReport({
      journals,
      file: output === undefined ? beside : resolve(workingDirectory, output),
      language: (values.string('language') as Language | undefined) ?? languageOf(settings.environment),
    });
    const table = await comparison(journals, settings);
    return { json: { reportFile, journals: files }, text: [table, reportFile].filter(Boolean).join('\n\n') };
  },
};

/** A folder stands for the journal in it. */
async function journalFile(path: string, asked: string): Promise<string> {
  try {
    return (await stat(path)).isDirectory() ? join(path, 'journal.json') : path;
  } catch (cause) {
    throw new PadoError('ERR_PADO_NOT_FOUND', `there is no journal ${asked}`, { cause });
  }
}

async function readJournal(file: string): Promise<Journal> {
  let journal: Partial<Journal>;
  try {
    journal = JSON.parse(await readFile(file, 'utf8')) as Partial<Journal>;
  } catch (cause) {
    throw new PadoError('ERR_PADO_INVALID', `${file} is not a journal: ${(cause as Error).message}`, { cause });
  }
  if (journal.pado?.version === 1) return journal as Journal;
  throw new PadoError('ERR_PADO_INVALID', `${file} is not a journal of Pado: it has no \`pado\` part of version 1`);
}
