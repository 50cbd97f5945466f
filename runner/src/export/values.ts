import { stringify } from 'yaml';
import { isObject } from '../is-object.ts';

const mark = (name: string): string => `PADO-VALUE-${name}-END`;
const marks = /PADO-VALUE-(\w+)-END/g;

/**
 * The configuration's values as one line of YAML for a command line. Chaos Toolkit writes each value in place of its
 * `${name}`, `--var` and environment included; what stands for a number or a boolean has no quotes, and so keeps its type.
 */
export function valuesArgument(configuration: unknown): string {
  const values = Object.entries(isObject(configuration) ? configuration : {}).flatMap(([name, entry]) =>
    /^\w+$/.test(name) && canBeText(entry) ? [[name, isBare(entry) ? mark(name) : `\${${name}}`]] : [],
  );
  const line = stringify(Object.fromEntries(values), {
    collectionStyle: 'flow',
    flowCollectionPadding: false,
    lineWidth: 0,
    singleQuote: true,
  });
  return line.trimEnd().replace(marks, (_, name: string) => `\${${name}}`);
}

/** Lists and maps stay as they are in the file, and so do texts that would end the quotes around them. */
const canBeText = (entry: unknown): boolean =>
  isObject(entry) ? entry.type === 'env' || entry.type === 'probe' : !Array.isArray(entry) && !/['\n]/.test(`${entry}`);

/** A value that YAML reads back with its type when it stands without quotes. */
function isBare(entry: unknown): boolean {
  if (!isObject(entry)) return typeof entry === 'number' || typeof entry === 'boolean';
  const { type, default: fallback, env_var_type: as } = entry;
  return type === 'env' && (as === undefined ? isBare(fallback) : ['int', 'float', 'bool'].includes(String(as)));
}
