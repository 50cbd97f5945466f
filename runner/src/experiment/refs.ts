import { nearest, type Problem } from '@pado/fault';
import { isObject } from '../is-object.ts';
import type { Path } from './source.ts';

export interface Resolved {
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** Where a reference stood, and where the activity that it names stands. */
  readonly refs: readonly { readonly from: Path; readonly to: Path }[];
}

/** Puts activities in place of `{ref: name}`; those of the method and of the hypothesis can be named. */
export function resolveRefs(document: unknown): Resolved {
  if (!isObject(document)) return { value: document, problems: [], refs: [] };
  const hypothesis = document['steady-state-hypothesis'];
  const method = list(document.method);
  const probes = list(isObject(hypothesis) ? hypothesis.probes : undefined);
  const named = new Map<string, { readonly activity: Record<string, unknown>; readonly path: Path }>();
  const cache = (items: readonly unknown[], at: Path) => {
    for (const [index, item] of items.entries()) {
      if (!isObject(item) || 'ref' in item || typeof item.name !== 'string') continue;
      named.set(item.name, { activity: item, path: [...at, index] });
    }
  };
  cache(method, ['method']);
  cache(probes, ['steady-state-hypothesis', 'probes']);

  const problems: Problem[] = [];
  const refs: { from: Path; to: Path }[] = [];
  const put = (items: unknown, at: Path, onlyProbes = false): unknown =>
    !Array.isArray(items)
      ? items
      : items.map((item: unknown, index) => {
          if (!isObject(item) || typeof item.ref !== 'string' || item.ref === '') return item;
          const from = [...at, index];
          const found = named.get(item.ref);
          if (found === undefined) {
            problems.push({ path: [...from, 'ref'], message: missing(item.ref, [...named.keys()]) });
            return item;
          }
          if (onlyProbes && found.activity.type === 'action') {
            const message = `"${item.ref}" is an action: a hypothesis asks, so name a probe`;
            problems.push({ path: [...from, 'ref'], message });
            return item;
          }
          refs.push({ from, to: found.path });
          // A hypothesis may judge what the method only records; how it is judged means nothing elsewhere.
          const activity = at.length > 1 ? found.activity : unjudged(found.activity);
          return { ...activity, ...('tolerance' in item ? { tolerance: item.tolerance } : {}) };
        });
  const value = {
    ...document,
    ...(Array.isArray(document.method) ? { method: put(method, ['method']) } : {}),
    ...(isObject(hypothesis) && Array.isArray(hypothesis.probes)
      ? {
          'steady-state-hypothesis': {
            ...hypothesis,
            probes: put(probes, ['steady-state-hypothesis', 'probes'], true),
          },
        }
      : {}),
    ...(Array.isArray(document.rollbacks) ? { rollbacks: put(document.rollbacks, ['rollbacks']) } : {}),
  };
  return { value, problems, refs };
}

const unjudged = ({ expect: _, atLeast: __, weight: ___, ...activity }: Record<string, unknown>) => activity;

function missing(name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  const remedy =
    near !== undefined ? `did you mean \`${near}\`?` : `there are: ${names.length === 0 ? 'none' : names.join(', ')}`;
  return `no activity of the method or the hypothesis is called "${name}": ${remedy}`;
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
