import { readFile } from 'node:fs/promises';
import { isObject } from '../is-object.ts';
import { textAs } from './configuration-text.ts';
import { findScript } from './experiment.ts';
import type { ProbeProvider } from './schema.ts';

/** The value of an entry, the probe that will give it, or why there is none. */
export type Found = { readonly value: unknown } | { readonly provider: ProbeProvider } | { readonly wrong: string };

/** Where entries look. */
export interface Surroundings {
  readonly environment: NodeJS.ProcessEnv;
  /** Of secrets: the experiment's file; files of secrets are looked for in its folder and in those above. */
  readonly secretsOf?: string;
}

/** An object of a known type is a source, any other value stands for itself. */
export async function find(entry: unknown, around: Surroundings): Promise<Found> {
  if (!isObject(entry)) return { value: entry };
  if (entry.type === 'env' && typeof entry.key === 'string') return fromEnvironment(entry, entry.key, around);
  if (entry.type === 'probe' && isObject(entry.provider)) return { provider: entry.provider as ProbeProvider };
  if (around.secretsOf === undefined) return { value: entry };
  if (entry.type === 'file' && typeof entry.path === 'string') return fromFile(around.secretsOf, entry.path);
  if (entry.type === 'vault') return { wrong: vault };
  if (entry.type !== undefined) return { value: entry };
  // Groups within groups, as Chaos Toolkit resolves them.
  const inner: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(entry)) {
    const found = await find(value, around);
    if (!('value' in found)) return found;
    inner[name] = found.value;
  }
  return { value: inner };
}

const vault =
  'not supported: secrets of type vault; put the secret into the environment ({type: env, key: NAME}) or a file ({type: file, path: …})';

function fromEnvironment(entry: Readonly<Record<string, unknown>>, key: string, { environment }: Surroundings): Found {
  const text = environment[key];
  if (text === undefined && !('default' in entry)) {
    return { wrong: `the environment has no ${key}, and there is no default` };
  }
  const value = textAs(entry.env_var_type, text ?? entry.default);
  // The text may be a secret: it is not shown.
  return value === undefined ? { wrong: `${key} cannot be read as ${entry.env_var_type}` } : { value };
}

async function fromFile(experiment: string, path: string): Promise<Found> {
  const found = findScript(experiment, path);
  if (found === undefined) return { wrong: `there is no ${path} in the experiment's folder or in one above it` };
  try {
    return { value: (await readFile(found, 'utf8')).replace(/\r?\n$/, '') };
  } catch (error) {
    return { wrong: `${path} cannot be read: ${(error as Error).message}` };
  }
}

/** As Chaos Toolkit has it: the text that a program writes, the body of an answer, what a function gives. */
export function answerOf({ type }: ProbeProvider, output: unknown): unknown {
  if (!isObject(output)) return output;
  if (type === 'http') return output.body;
  if (type !== 'process') return output;
  if (output.status !== 0) throw new Error(`the program ended with status ${output.status}`);
  return String(output.stdout ?? '').trim();
}
