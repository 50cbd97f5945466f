import { PadoError } from '@pado/fault';
import { type Experiment, padoExtension } from '../experiment/experiment.ts';
import { plannedMs } from '../experiment/method.ts';
import { needsOf } from '../experiment/needs.ts';
import { resolveRefs } from '../experiment/refs.ts';
import { shown } from '../experiment/shown.ts';
import { steadyStateMs } from '../experiment/steady-state.ts';
import { isObject } from '../is-object.ts';
import { slug } from '../journal/run-directory.ts';
import { isActive, isPlain, isPlainProbe } from './plain.ts';
import { asStep, stepProvider, type Verb } from './step.ts';
import { valuesArgument } from './values.ts';

/** Names in the exported configuration: how `pado` is called, where the file itself is, and one option more for `begin`. */
export const programName = 'pado';
export const fileName = 'pado_file';
export const whereName = 'pado_where';

type Document = Readonly<Record<string, unknown>>;

interface Options {
  /** The file as written: variables stay variables. */
  readonly document: unknown;
  /** The same, read and found valid. */
  readonly experiment: Experiment;
  /** Where the exported file will be, seen from where `chaos` is run. */
  readonly file: string;
}

/** Starting k6 and stopping it again, arming and reverting, and a machine that is busy. */
const slackMs = 120_000;

/**
 * An experiment whose activities are only those of Chaos Toolkit. Where Pado's own providers or judgements are needed,
 * a run of Pado goes on behind it: `begin` starts it, each step lets it go on to the next activity or asks what it has
 * found, and the hypothesis of `chaos` is met when that run's is. What is plain already comes back as it is.
 */
export function toChaosToolkit({ document, experiment, file }: Options): Document {
  const { value } = resolveRefs(document);
  const source = value as Document;
  const extension = padoExtension(experiment.document);
  refuseFileSecrets(source.secrets);
  const others = list(source.extensions).filter((one) => !isObject(one) || one.name !== 'pado');
  const { hypothesis, method, rollbacks } = experiment;
  const probes = hypothesis?.probes ?? [];
  if (!isActive(extension) && probes.every(isPlainProbe) && [...method, ...rollbacks].every(isPlain)) {
    const { extensions: _, ...rest } = document as Document;
    return others.length === 0 ? rest : { ...rest, extensions: others };
  }

  const run = slug(experiment.name);
  const limitMs = experiment.warmupMs + steadyStateMs(experiment) + plannedMs(method) + experiment.recoveryMs + slackMs;
  const timeout = Math.ceil(limitMs / 1_000);
  const step = stepProvider.bind(undefined, timeout);
  const { steadyState: _, ...ownExtension } = own(source);
  const acts = method.length > 0;
  const configuration = isObject(source.configuration) ? source.configuration : {};
  refuseOwnNames(configuration);
  const written = isObject(source['steady-state-hypothesis']) ? list(source['steady-state-hypothesis'].probes) : [];
  // Those of steady-state files come after the file's own.
  const all = [...written, ...probes.slice(written.length).map(shown)] as Document[];

  return {
    ...source,
    description: `${String(source.description).trimEnd()}\n\n${howTo(file)}`,
    configuration: {
      [programName]: { type: 'env', key: 'PADO', default: 'pado' },
      [fileName]: file,
      // Chaos Toolkit leaves out arguments that are empty.
      [whereName]: { type: 'env', key: 'PADO_WHERE', default: needsOf(experiment).kubernetes ? '--kubernetes' : '' },
      ...configuration,
    },
    // Chaos Toolkit does no rollbacks after Ctrl-C unless told so.
    runtime: {
      hypothesis: { strategy: acts ? 'default' : 'after-method-only' },
      rollbacks: { strategy: experiment.runtime.rollbackStrategy },
    },
    'steady-state-hypothesis': {
      ...(isObject(source['steady-state-hypothesis']) ? source['steady-state-hypothesis'] : {}),
      title: hypothesis?.title ?? 'The run can be carried out',
      probes: [
        {
          type: 'probe',
          name: 'the run is sound',
          tolerance: 0,
          // biome-ignore lint/suspicious/noTemplateCurlyInString: Chaos Toolkit's substitution
          provider: step('begin', run, '${pado_file}', valuesArgument(configuration), '${pado_where}'),
        },
        ...all.map((probe) => asStep(probe, step('probe', run, String(probe.name)), 0)),
      ],
    },
    method: list(source.method).map((activity, index) => ours(activity, isPlain(method[index]!), step, run)),
    rollbacks: [
      ...list(source.rollbacks).map((activity, index) => ours(activity, isPlain(rollbacks[index]!), step, run)),
      { type: 'action', name: 'end of the run', provider: step('end', run) },
    ],
    extensions: [
      ...others,
      // One without anything in it would still mean a recovery of 30 s.
      ...(Object.keys(ownExtension).length === 0 ? [] : [ownExtension]),
      ...(source.runtime === undefined ? [] : [{ name: runtimeExtension, runtime: source.runtime }]),
    ],
  };
}

type Step = (verb: Verb, ...words: readonly string[]) => ReturnType<typeof stepProvider>;

const ours = (activity: unknown, plain: boolean, step: Step, run: string): unknown => {
  if (plain || !isObject(activity)) return activity;
  return asStep(activity, step('act', run, String(activity.name)));
};

/** What the file's runtime was: Chaos Toolkit gets another one. */
export const runtimeExtension = 'pado-runtime';

const own = (source: Document): Document =>
  (list(source.extensions).find((one) => isObject(one) && one.name === 'pado') as Document | undefined) ?? {};

const howTo = (file: string): string =>
  [
    `Run it against a shop that is up (pado up): chaos run ${file}`,
    'with pado on PATH, or its path in the variable PADO (and --kubernetes in PADO_WHERE for a cluster).',
    '"the run is sound" fails where a run of Pado would be inconclusive, aborted or in error: Chaos Toolkit',
    'has no other word for that than "deviated".',
  ].join('\n');

function refuseOwnNames(configuration: Document): void {
  const taken = [programName, fileName, whereName].find((name) => name in configuration);
  if (taken === undefined) return;
  const message = `the configuration has a value called ${taken}, which the exported file needs for itself: rename it`;
  throw new PadoError('ERR_PADO_INVALID', message);
}

/** Chaos Toolkit would take {type: file, …} for a group of secrets. */
function refuseFileSecrets(secrets: unknown): void {
  const found = JSON.stringify(secrets ?? {}).includes('"type":"file"');
  if (!found) return;
  const message = 'secrets of type file cannot be exported: Chaos Toolkit reads none; use {type: env, key: NAME}';
  throw new PadoError('ERR_PADO_INVALID', message);
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
