import { parseArgs } from 'node:util';
import { isPadoError, nearest, PadoError } from '@pado/fault';
import type { Command, Option, Values } from './command.ts';

export interface ParsedLine {
  readonly command: Command;
  readonly values: Values;
  readonly positionals: readonly string[];
  readonly rest: readonly string[];
}

/** Options that every command has. */
export const commonOptions = {
  json: { type: 'boolean', description: 'print exactly one JSON document to stdout' },
  help: { type: 'boolean', short: 'h', description: 'show this help' },
} as const satisfies Record<string, Option>;

/** Finds the command that a line begins with (`fault apply` before `fault`). */
export function findCommand(commands: readonly Command[], line: readonly string[]): Command {
  const [first = '', second = ''] = line;
  const found =
    commands.find(({ name }) => name === `${first} ${second}`) ?? commands.find(({ name }) => name === first);
  if (found !== undefined) return found;
  const family = commands.filter(({ name }) => name.startsWith(`${first} `)).map(({ name }) => name);
  if (family.length > 0) {
    const words = family.map((name) => name.slice(first.length + 1));
    throw usage(
      second === '' || second.startsWith('-')
        ? `"${first}" needs one of: ${words.join(', ')}`
        : `unknown command "${first} ${second}"${meant(second, words)}; "${first}" has: ${words.join(', ')}`,
    );
  }
  const words = [...new Set(commands.map(({ name }) => name.split(' ')[0] ?? name))];
  throw usage(`unknown command "${first}"${meant(first, words)}; the commands are: ${words.join(', ')}`);
}

/** Reads a command line by the table; every mistake is ERR_PADO_USAGE and names the nearest right word. */
export function parseLine(commands: readonly Command[], line: readonly string[]): ParsedLine {
  const command = findCommand(commands, line);
  const options = { ...command.options, ...commonOptions };
  const dashes = command.rest === undefined ? -1 : line.indexOf('--');
  const own = line.slice(command.name.split(' ').length, dashes === -1 ? undefined : dashes);
  const { values, positionals } = parseOptions(command, options, own);
  const parsed: ParsedLine = {
    command,
    values: accessors(values),
    positionals,
    rest: dashes === -1 ? [] : line.slice(dashes + 1),
  };
  if (values.help !== true) checkCounts(parsed);
  return parsed;
}

function parseOptions(command: Command, options: Readonly<Record<string, Option>>, args: readonly string[]) {
  const config = Object.fromEntries(
    Object.entries(options).map(([name, { type, short, multiple }]) => [
      name,
      { type, ...(short === undefined ? {} : { short }), ...(multiple === undefined ? {} : { multiple }) },
    ]),
  );
  try {
    const parsed = parseArgs({ args: [...args], options: config, allowPositionals: true, strict: true });
    for (const [name, { choices }] of Object.entries(options)) checkChoice(name, parsed.values[name], choices);
    return parsed;
  } catch (cause) {
    if (isPadoError(cause)) throw cause;
    const text = (cause as Error).message;
    const lacking = Object.entries(options).find(([name]) => text.includes(`--${name} <value>' argument`));
    if (lacking?.[1].choices !== undefined) {
      throw usage(`--${lacking[0]} needs one of: ${lacking[1].choices.join(', ')}`, cause);
    }
    const unknown = /^Unknown option '(-[^']*)'/.exec(text)?.[1];
    if (unknown === undefined) throw usage(`${command.name}: ${text.split('\n')[0]}`, cause);
    const names = Object.keys(options).map((name) => `--${name}`);
    throw usage(
      `unknown option ${unknown} of "${command.name}"${meant(unknown, names)}; it has: ${names.join(', ')}`,
      cause,
    );
  }
}

function checkChoice(name: string, value: unknown, choices: readonly string[] | undefined): void {
  if (choices === undefined || typeof value !== 'string' || choices.includes(value)) return;
  throw usage(`--${name} ${value}: not one of ${choices.join(', ')}${meant(value, choices)}`);
}

function checkCounts({ command, positionals, rest }: ParsedLine): void {
  const { name, min = 1, max = 1 } = command.positional ?? { name: '', min: 0, max: 0 };
  if (positionals.length > max) {
    throw usage(`"${command.name}" does not take "${positionals[max]}"; see: pado ${command.name} --help`);
  }
  if (positionals.length < min) throw usage(`"${command.name}" needs ${name}; see: pado ${command.name} --help`);
  if (command.rest !== undefined && rest.length === 0) {
    throw usage(`"${command.name}" needs -- and then ${command.rest}; for example: ${command.examples[0]}`);
  }
}

function accessors(values: Readonly<Record<string, unknown>>): Values {
  return {
    string: (name) => values[name] as string | undefined,
    strings: (name) => (values[name] as string[] | undefined) ?? [],
    boolean: (name) => values[name] === true,
  };
}

/** ` (did you mean "x"?)`, or nothing when no candidate is near. */
export function meant(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates);
  return near === undefined ? '' : ` (did you mean "${near}"?)`;
}

export const usage = (message: string, cause?: unknown): PadoError =>
  new PadoError('ERR_PADO_USAGE', message, cause === undefined ? {} : { cause });
