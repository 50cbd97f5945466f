/** How an activity of the exported file calls Pado, and where the file keeps what it then does. */
import { isObject } from '../is-object.ts';

/** `env` finds the program that `${pado}` names; Chaos Toolkit puts no values into a `path`. */
const launcher = 'env';

export const verbs = ['begin', 'probe', 'act', 'end'] as const;
export type Verb = (typeof verbs)[number];

export interface StepProvider {
  readonly type: 'process';
  readonly path: string;
  readonly arguments: readonly string[];
  /** Seconds: a step that hangs must not hold an experiment for ever. */
  readonly timeout: number;
}

/** `pado step VERB RUN …` as a provider. */
export const stepProvider = (timeout: number, verb: Verb, ...words: readonly string[]): StepProvider => ({
  type: 'process',
  path: launcher,
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Chaos Toolkit's substitution
  arguments: ['${pado}', 'step', verb, ...words],
  timeout,
});

/** Fields that Chaos Toolkit acts on: they stay where they are. */
const outer = ['type', 'name', 'pauses', 'background', 'controls', 'dry'];

/**
 * An activity that calls a step, with its own definition beside it under `pado`, where Chaos Toolkit does not look and
 * people do.
 */
export function asStep(activity: Readonly<Record<string, unknown>>, provider: StepProvider, tolerance?: unknown) {
  const entries = Object.entries(activity);
  return {
    ...Object.fromEntries(entries.filter(([key]) => outer.includes(key))),
    ...(tolerance === undefined ? {} : { tolerance }),
    provider,
    pado: Object.fromEntries(entries.filter(([key]) => !outer.includes(key))),
  };
}

/** The activity again that {@link asStep} was given, without the pauses, which Chaos Toolkit makes. */
export function fromStep(activity: unknown): Record<string, unknown> | undefined {
  if (!isObject(activity) || !isObject(activity.pado)) return undefined;
  const { type, name, background } = activity;
  return { type, name, ...(background === undefined ? {} : { background }), ...activity.pado };
}
