import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { PadoError } from '@pado/fault';
import { meant, usage } from '../../cli/parse.ts';
import { parseSource } from '../../experiment/source.ts';
import { isObject } from '../../is-object.ts';

type Values = Readonly<Record<string, unknown>>;

/** What an experiment's references may find beside its own values, and in front of them. */
export interface Variables {
  /** By name: they take the place of the configuration's own. */
  readonly vars: Values;
  /** Secrets, by group. */
  readonly secretVars: Values;
  /** Variables of the environment, from .env files. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Reads `--var` and `--var-file` as `chaos run` does: a later file wins over an earlier one, `--var` over all files. */
export async function readVariables(
  pairs: readonly string[],
  files: readonly string[],
  directory: string,
): Promise<Variables> {
  const vars: Record<string, unknown> = {};
  const secretVars: Record<string, unknown> = {};
  const environment: Record<string, string> = {};
  for (const file of files) {
    const text = await read(file, directory);
    if (['.yaml', '.yml', '.json'].includes(extname(file))) {
      const { configuration, secrets } = valuesOf(file, text);
      Object.assign(vars, configuration);
      Object.assign(secretVars, secrets);
    } else Object.assign(environment, environmentOf(file, text));
  }
  for (const pair of pairs) Object.assign(vars, Object.fromEntries([readPair(pair)]));
  return { vars, secretVars, environment };
}

const readers: Readonly<Record<string, (text: string) => unknown>> = {
  str: (text) => text,
  int: (text) => (/^\s*[-+]?\d+\s*$/.test(text) ? Number(text) : undefined),
  float: (text) => (text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined),
  bool: (text) => ({ true: true, yes: true, '1': true, false: false, no: false, '0': false })[text.toLowerCase()],
  /** What bytes become in a text: the characters that they encode. */
  bytes: (text) => text,
  json: (text) => {
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  },
};
const types = Object.keys(readers);
const synonyms: Readonly<Record<string, string>> = { string: 'str', integer: 'int', number: 'float' };

/** `KEY=VALUE` or `KEY:TYPE=VALUE`. @throws PadoError ERR_PADO_USAGE */
export function readPair(pair: string): [key: string, value: unknown] {
  const [, name = '', text] = /^([^=]*)=([\s\S]*)$/.exec(pair) ?? [];
  if (text === undefined || name === '') throw usage(`--var ${pair}: not KEY=VALUE or KEY:TYPE=VALUE`);
  const colon = name.lastIndexOf(':');
  if (colon === -1) return [name, text];
  const key = name.slice(0, colon);
  const word = name.slice(colon + 1);
  const type = synonyms[word] ?? word;
  const reader = Object.hasOwn(readers, type) ? readers[type] : undefined;
  if (reader === undefined || key === '')
    throw usage(`--var ${pair}: "${word}" is no type${meant(word, types)}; types: ${types.join(', ')}`);
  const value = reader(text);
  if (value === undefined) throw usage(`--var ${pair}: "${text}" cannot be read as ${type}`);
  return [key, value];
}

const parts = ['configuration', 'secrets'] as const;

/** `{configuration: {…}, secrets: {…}}`; a file that has neither is all configuration. */
function valuesOf(file: string, text: string): { configuration?: Values; secrets?: Values } {
  const source = parseSource(text);
  const at = (line: number, column: number, message: string) =>
    new PadoError('ERR_PADO_INVALID', `${file}:${line}:${column}: ${message}`, {
      details: { file, findings: [{ line, column, path: [], message }] },
    });
  if ('faults' in source) {
    const [first = { line: 1, column: 1, message: 'it cannot be read' }] = source.faults;
    throw at(first.line, first.column, first.message);
  }
  const { value } = source;
  if (value === null) return {};
  if (!isObject(value)) throw at(1, 1, 'not values by name: give configuration and secrets, each a map');
  const keys = Object.keys(value);
  if (!keys.some((key) => parts.some((part) => part === key))) return { configuration: value };
  for (const key of keys) {
    const { line, column } = source.positionOfKey([key]);
    if (!parts.some((part) => part === key))
      throw at(line, column, `\`${key}\` is unknown${meant(key, parts)}; there are: ${parts.join(', ')}`);
    if (!isObject(value[key])) throw at(line, column, `\`${key}\` is not a map of values by name`);
  }
  return value;
}

function environmentOf(file: string, text: string): Readonly<Record<string, string>> {
  // A quoted value may go over several lines.
  const lines = text.replace(/(=\s*)(["'`])[\s\S]*?\2/g, (whole) => whole.replace(/[^\n]/g, '=')).split('\n');
  const wrong = lines.findIndex((line) => !/^\s*(#.*)?$|=/.test(line));
  if (wrong !== -1)
    throw new PadoError('ERR_PADO_INVALID', `${file}:${wrong + 1}:1: not NAME=VALUE, as in a .env file`, {
      details: { file, findings: [{ line: wrong + 1, column: 1, path: [], message: 'not NAME=VALUE' }] },
    });
  return parseEnv(text) as Record<string, string>;
}

async function read(file: string, directory: string): Promise<string> {
  try {
    return await readFile(resolve(directory, file), 'utf8');
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (cause as Error).message;
    throw new PadoError('ERR_PADO_NOT_FOUND', `--var-file ${file}: ${why}`, { cause, details: { file } });
  }
}
