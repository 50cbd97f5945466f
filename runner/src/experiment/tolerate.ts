import { nearest, type Problem } from '@pado/fault';
import type { Schema } from '@pado/fault/json-schema';
import { isObject } from '../is-object.ts';
import { action, control, hypothesisProbe, pauses, recordedProbe } from './schema/activity.ts';
import { asked, env } from './schema/configuration.ts';
import { httpProvider } from './schema/providers/http.ts';
import { processProvider } from './schema/providers/process.ts';
import { pythonProvider } from './schema/providers/python.ts';
import { experimentSchema, hypothesisSchema, runtime } from './schema.ts';
import type { Path } from './source.ts';
import { jsonpath, probeTolerance, range, regex } from './tolerance-schema.ts';

export interface Tolerated {
  /** The document without what Chaos Toolkit would not have looked at. */
  readonly value: unknown;
  /** Misspelt fields. */
  readonly problems: readonly Problem[];
  /** What they should have been: these are not missing as well. */
  readonly meant: readonly Path[];
  /** Fields that nobody reads. */
  readonly ignored: readonly Problem[];
}

type Fields = Readonly<Record<string, unknown>>;
type Visit = (value: unknown, path: Path) => unknown;

const providers: Fields = { http: httpProvider, process: processProvider, python: pythonProvider };
const tolerances: Fields = { regex, jsonpath, range, probe: probeTolerance };

/** Whether an activity's provider is one of Chaos Toolkit's own. */
export const isForeign = (provider: unknown): boolean =>
  isObject(provider) && typeof provider.type === 'string' && Object.hasOwn(providers, provider.type);

/**
 * Chaos Toolkit reads over fields that it does not know and over those that are empty, and published experiments have
 * such fields. So do we, in the parts of a file that are Chaos Toolkit's: an unknown field there is ignored, unless it
 * looks like a known one; then it is a mistake. Names that begin with `x-` are for anyone's use, `$schema` for editors. What is ours is strict.
 */
export function tolerate(document: unknown): Tolerated {
  const problems: Problem[] = [];
  const meant: Path[] = [];
  const ignored: Problem[] = [];

  /** Drops what is unknown or empty, then looks into the fields that `inside` names. */
  const lenient = (schema: unknown, inside: Readonly<Record<string, Visit>> = {}): Visit => {
    const { properties = {}, required = [] } = schema as Schema<unknown> & { properties?: object; required?: string[] };
    const known = Object.keys(properties);
    return (value, path) => {
      if (!isObject(value)) return value;
      const kept = Object.entries(value).flatMap(([key, item]) => {
        if (!known.includes(key)) {
          const isFree = key.startsWith('x-') || key === '$schema';
          const near = isFree ? undefined : nearest(key, known);
          if (near !== undefined) {
            const message = `unknown field \`${key}\`: did you mean \`${near}\`?; known here: ${known.join(', ')}`;
            problems.push({ path: [...path, key], message, atKey: true });
            meant.push([...path, near]);
          } else if (!isFree) {
            ignored.push({ path: [...path, key], message: `\`${key}\` is no field here: ignored`, atKey: true });
          }
          return [];
        }
        if (item === null && !required.includes(key)) return [];
        return [[key, inside[key]?.(item, [...path, key]) ?? item]];
      });
      return Object.fromEntries(kept);
    };
  };
  const each =
    (visit: Visit): Visit =>
    (value, path) =>
      Array.isArray(value) ? value.map((item, index) => visit(item, [...path, index])) : value;
  const values =
    (visit: Visit): Visit =>
    (value, path) =>
      isObject(value)
        ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, visit(item, [...path, key])]))
        : value;
  const byType =
    (table: Fields): Visit =>
    (value, path) => {
      if (!isObject(value) || typeof value.type !== 'string' || !Object.hasOwn(table, value.type)) return value;
      const inside = value.type === 'probe' ? { provider } : {};
      return lenient(table[value.type], inside)(value, path);
    };
  const provider = byType(providers);
  const controls = each(
    lenient(control, { provider: lenient((control as { properties?: { provider?: unknown } }).properties?.provider) }),
  );
  /** What is never judged is not looked at, and `dry` counts only as true or false. */
  const readable = (
    { tolerance, dry, ...rest }: Record<string, unknown>,
    judged: boolean,
  ): Record<string, unknown> => ({
    ...rest,
    ...(judged && tolerance !== undefined ? { tolerance } : {}),
    ...(typeof dry === 'boolean' ? { dry } : {}),
  });
  const activity =
    (probe: unknown): Visit =>
    (given, path) => {
      if (!isObject(given) || 'ref' in given || !isForeign(given.provider)) return given;
      const value = readable(given, probe === hypothesisProbe);
      const schema = value.type === 'action' ? action : probe;
      const inside = { provider, controls, pauses: lenient(pauses), tolerance: byType(tolerances) };
      return lenient(schema, inside)(value, path);
    };
  const sources = values(byType({ env, probe: asked }));
  const strategies = (runtime as { properties?: Record<string, unknown> }).properties ?? {};

  const value = lenient(experimentSchema, {
    'steady-state-hypothesis': lenient(hypothesisSchema, { probes: each(activity(hypothesisProbe)), controls }),
    method: each(activity(recordedProbe)),
    rollbacks: each(activity(recordedProbe)),
    controls,
    configuration: sources,
    secrets: values(sources),
    runtime: lenient(runtime, {
      hypothesis: lenient(strategies.hypothesis),
      rollbacks: lenient(strategies.rollbacks),
    }),
  })(document, []);
  return { value, problems, meant, ignored };
}
