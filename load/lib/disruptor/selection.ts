import { PadoError } from '../../../agent/fault/src/errors.ts';
import { nearest } from '../../../agent/fault/src/nearest.ts';
import { invalid } from './fields.ts';
import type { Labels, Place, Target } from './place.ts';

export interface Wanted {
  readonly select: Labels;
  /** Empty: nobody is left out. */
  readonly exclude: Labels;
}

/** Targets that one Fault selects. */
export interface Group {
  readonly matchLabels: Labels;
  readonly targets: readonly Target[];
}

const fits = (selector: Labels, labels: Labels): boolean =>
  Object.entries(selector).every(([name, value]) => labels[name] === value);

const isExcluded = (exclude: Labels, labels: Labels): boolean =>
  Object.keys(exclude).length > 0 && fits(exclude, labels);

/** Those that are meant. @throws PadoError ERR_PADO_NO_TARGET when there are none. */
export function targetsOf(place: Place, { select, exclude }: Wanted): readonly Target[] {
  const all = place.targets();
  const selected = all.filter(({ labels }) => fits(select, labels));
  const left = selected.filter(({ labels }) => !isExcluded(exclude, labels));
  if (left.length > 0) return left;
  if (selected.length > 0)
    throw none(`exclude leaves none of the ${selected.length} that ${textOf(select)} selects (${place.name})`);
  const [hint] = Object.entries(select).flatMap(([name, value]) => {
    const values = [...new Set(all.flatMap(({ labels }) => labels[name] ?? []))];
    const meant = values.includes(value) ? undefined : nearest(value, values);
    return meant === undefined ? [] : [`: did you mean ${name}=${meant}?`];
  });
  const seen = all.length === 0 ? 'there is none at all' : `there are ${all.map(({ name }) => name).join(', ')}`;
  throw none(`no ${place.noun} has ${textOf(select)}${hint ?? ''} (${place.name}: ${seen})`);
}

/**
 * The Faults that hit all that are meant and nobody else. A Fault selects by labels that must be there, and cannot say
 * which must not: what is left is therefore named by all of its own labels, one Fault for each set of them.
 */
export function groupsOf(place: Place, wanted: Wanted): readonly Group[] {
  const { select, exclude } = wanted;
  const targets = targetsOf(place, wanted);
  const excluded = place.targets().filter(({ labels }) => fits(select, labels) && isExcluded(exclude, labels));
  if (excluded.length === 0) return [{ matchLabels: select, targets }];
  const groups = new Map<string, Group>();
  for (const target of targets) {
    const key = JSON.stringify(Object.entries(target.labels).sort());
    const matchLabels = target.labels;
    const caught = excluded.find(({ labels }) => fits(matchLabels, labels));
    if (caught !== undefined)
      throw invalid(
        `exclude cannot be kept: ${caught.name} is to be left out, but has all labels of ${target.name} (${textOf(matchLabels)}), and a Fault selects by labels that are there; give ${target.name} a label of its own`,
      );
    groups.set(key, { matchLabels, targets: [...(groups.get(key)?.targets ?? []), target] });
  }
  return [...groups.values()];
}

const none = (message: string): PadoError => new PadoError('ERR_PADO_NO_TARGET', message);
const textOf = (labels: Labels): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
