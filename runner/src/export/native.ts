import { PadoError } from '@pado/fault';
import { isObject } from '../is-object.ts';
import { fileName, programName, runtimeExtension, whereName } from './chaostoolkit.ts';
import { fromStep } from './step.ts';

/** The last activity of the method: the run waits here until Chaos Toolkit has come to the end of its own. */
export const lastGate = 'the method of chaos has ended';

/**
 * The experiment that an exported file keeps in its steps: what Pado does of it. What Chaos Toolkit does by itself
 * (plain activities, pauses, controls) is left out.
 * @throws PadoError ERR_PADO_INVALID for a file that was not exported
 */
export function toNative(document: unknown, file: string): Record<string, unknown> {
  const hypothesis = isObject(document) ? document['steady-state-hypothesis'] : undefined;
  if (!isObject(document) || !isObject(hypothesis) || !list(document.rollbacks).some(isEnd)) {
    throw new PadoError('ERR_PADO_INVALID', `${file} was not exported by "pado export --chaostoolkit"`);
  }
  const { title, description, secrets } = document;
  const {
    [programName]: _,
    [fileName]: __,
    [whereName]: ___,
    ...configuration
  } = isObject(document.configuration) ? document.configuration : {};
  const extensions = list(document.extensions).filter(isObject);
  const probes = steps(hypothesis.probes);
  const method = list(document.method);
  return {
    ...{ title, description, configuration },
    ...(secrets === undefined ? {} : { secrets }),
    ...(probes.length === 0 ? {} : { 'steady-state-hypothesis': { title: hypothesis.title, probes } }),
    method: method.length === 0 ? [] : [...steps(method).map(withoutTimeout), gate],
    rollbacks: steps(document.rollbacks),
    ...(runtimeOf(extensions) === undefined ? {} : { runtime: runtimeOf(extensions) }),
    extensions: extensions.filter(({ name }) => name === 'pado').map((own) => withDuration(own, timeoutOf(hypothesis))),
  };
}

/** Does nothing: what counts is when. */
const gate = { type: 'probe', name: lastGate, provider: { type: 'process', path: 'true' } };

const steps = (activities: unknown): Record<string, unknown>[] =>
  list(activities)
    .map(fromStep)
    .filter((activity) => activity !== undefined);

const isEnd = (activity: unknown): boolean =>
  isObject(activity) &&
  isObject(activity.provider) &&
  list(activity.provider.arguments).slice(1, 3).join(' ') === 'step end';

/** It would run while the run waits for Chaos Toolkit to come to the activity; the step has a limit of its own. */
const withoutTimeout = ({ timeout: _, ...activity }: Record<string, unknown>) => activity;

/** Chaos Toolkit's pauses are not in the method here: the load is told to last as long as any step may. */
function withDuration(extension: Record<string, unknown>, seconds: number): Record<string, unknown> {
  const { load } = extension;
  if (!isObject(load)) return extension;
  return { ...extension, load: { ...load, env: { DURATION: `${seconds}s`, ...(isObject(load.env) ? load.env : {}) } } };
}

const timeoutOf = ({ probes }: Record<string, unknown>): number => {
  const begin = list(probes)[0];
  return isObject(begin) && isObject(begin.provider) ? Number(begin.provider.timeout) : 600;
};

const runtimeOf = (extensions: readonly Record<string, unknown>[]): unknown =>
  extensions.find(({ name }) => name === runtimeExtension)?.runtime;

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
