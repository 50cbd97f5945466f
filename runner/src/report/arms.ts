import type { Journal, PadoJournal } from '../contracts.ts';
import { isObject } from '../is-object.ts';
import { complete } from './complete.ts';

/** One run in a comparison. */
export interface Arm {
  readonly journal: Journal;
  readonly pado: PadoJournal;
  /** Its policies, or its number where several runs have the same. */
  readonly label: string;
}

/** More runs than this are a repetition: told by medians, and one by one only where that is short. */
const mostSideBySide = 3;

export const isRepetition = (arms: readonly Arm[]): boolean => arms.length > mostSideBySide;

/** In a repetition the first runs stand for all where each run would need a picture. */
export const pictured = (arms: readonly Arm[]): readonly Arm[] => (isRepetition(arms) ? arms.slice(0, 2) : arms);

export const armsOf = (journals: readonly Journal[], run = 'run'): readonly Arm[] =>
  journals.map(complete).map((journal, index, all) => {
    const { pado } = journal;
    const alone = all.filter((other) => other.pado.policies === pado.policies).length === 1;
    return { journal, pado, label: alone ? pado.policies : `${pado.policies}, ${run} ${index + 1}` };
  });

/** The experiment's own words; the journal holds it as it was read, so nothing is taken for granted. */
export const titleOf = ({ experiment }: Journal): string | undefined => field(experiment, 'title');

export const hypothesisOf = ({ experiment }: Journal): string | undefined =>
  field(isObject(experiment) ? experiment['steady-state-hypothesis'] : undefined, 'title');

function field(value: unknown, name: string): string | undefined {
  const text = isObject(value) ? value[name] : undefined;
  return typeof text === 'string' && text !== '' ? text : undefined;
}
