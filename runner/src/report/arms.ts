import type { Journal, PadoJournal } from '../contracts.ts';

/** One run in a comparison. */
export interface Arm {
  readonly journal: Journal;
  readonly pado: PadoJournal;
  /** Its policies, or its number where several runs have the same. */
  readonly label: string;
}

export const armsOf = (journals: readonly Journal[]): readonly Arm[] =>
  journals.map((journal, index) => {
    const { pado } = journal;
    const alone = journals.filter((other) => other.pado.policies === pado.policies).length === 1;
    return { journal, pado, label: alone ? pado.policies : `${pado.policies}, run ${index + 1}` };
  });

/** The experiment's own words; the journal holds it as it was read, so nothing is taken for granted. */
export const titleOf = ({ experiment }: Journal): string | undefined => field(experiment, 'title');

export const hypothesisOf = ({ experiment }: Journal): string | undefined =>
  field(object(experiment)?.['steady-state-hypothesis'], 'title');

const object = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;

function field(value: unknown, name: string): string | undefined {
  const text = object(value)?.[name];
  return typeof text === 'string' && text !== '' ? text : undefined;
}
