import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { durationMs } from '@pado/fault';
import type { ProbeWindow } from '../contracts.ts';
import type { Values } from './configuration.ts';
import type { CascadeClaim } from './schema/cascade.ts';
import type { ShopSettings } from './schema/shop.ts';
import type {
  Activity,
  Control,
  ErrorBudget,
  ExperimentDocument,
  HypothesisProbe,
  HypothesisStrategy,
  PadoExtension,
  RollbackStrategy,
  Scalar,
  StopCondition,
} from './schema.ts';
import { withSecrets } from './shown.ts';
import type { SteadyStateDocument } from './steady-state-schema.ts';

/** An experiment that is valid, with its references resolved and its defaults filled in. */
export interface Experiment {
  readonly file: string;
  /** The file's name without its ending: slow-payments. */
  readonly name: string;
  readonly title: string;
  /** As written, with the configuration substituted and every secret left out; for the journal. */
  readonly document: ExperimentDocument;
  /** With the probes of steady-state files appended; absent when the file has no hypothesis and names no such file. */
  readonly hypothesis?: {
    readonly title: string;
    readonly probes: readonly HypothesisProbe[];
    readonly controls: readonly Control[];
  };
  readonly method: readonly Activity[];
  readonly rollbacks: readonly Activity[];
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly controls: readonly Control[];
  readonly runtime: Runtime;
  readonly load?: Load;
  readonly warmupMs: number;
  /** 0 when nothing is measured over time: a look is enough then. */
  readonly baselineMs: number;
  readonly recoveryMs: number;
  /** How long the load goes on after the last revert, at least. Default 0. */
  readonly observeMs: number;
  /** How the shop is to be built. */
  readonly shop?: ShopSettings;
  /** What is claimed of a cascade. */
  readonly cascade?: CascadeClaim;
  readonly stopConditions: readonly StopCondition[];
  readonly errorBudget?: ErrorBudget;
  readonly prometheusDown: 'stop' | 'ignore';
  readonly grafana?: PadoExtension['grafana'];
  readonly webhook?: PadoExtension['webhook'];
  /** What was ignored, as Chaos Toolkit would: `file:line:column: path: message`. */
  readonly warnings: readonly string[];
}

export interface Runtime {
  /** undefined: not said, so that native probes keep their own windows. */
  readonly hypothesisStrategy?: HypothesisStrategy;
  /** Between two looks of a probe during the method. */
  readonly frequencyMs: number;
  readonly failFast: boolean;
  /** Default always. */
  readonly rollbackStrategy: RollbackStrategy;
}

export interface Load {
  /** Absolute. */
  readonly script: string;
  /** The script as the experiment names it. */
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  /** The script's thresholds are judged like probes. */
  readonly thresholds: boolean;
}

/** A document in its forms, as `validateExperiment` has read them. */
export interface Readings {
  /** As written; for the journal. */
  readonly whole: unknown;
  /** Without what is ignored; a secret's name stands for its value. */
  readonly document: ExperimentDocument;
  /** The document with the secrets' values in it. */
  readonly full: unknown;
  readonly values: Values;
  readonly shared: readonly { readonly visible: SteadyStateDocument; readonly full: unknown }[];
  readonly warnings: readonly string[];
}

export function toExperiment(file: string, readings: Readings): Experiment {
  const { whole, document, values, shared, warnings } = readings;
  const full = readings.full as ExperimentDocument;
  const extension = padoExtension(document);
  const open = padoExtension(full);
  const own = document['steady-state-hypothesis'];
  const probes = [
    ...pairs(own?.probes, full['steady-state-hypothesis']?.probes),
    ...shared.flatMap((page) => pairs(page.visible.probes, (page.full as SteadyStateDocument).probes)),
  ];
  const title = own?.title ?? shared[0]?.visible.title;
  const load = toLoad(file, open.load);
  const hasFaults = document.method.some((activity) => 'provider' in activity && activity.provider.type === 'fault');
  const measures =
    load !== undefined ||
    extension.errorBudget !== undefined ||
    probes.some(({ provider }) => isMeasured(provider.type));
  return {
    file,
    name: basename(file).replace(/\.(ya?ml|json)$/, ''),
    title: document.title,
    document: whole as ExperimentDocument,
    ...(title === undefined ? {} : { hypothesis: { title, probes, controls: own?.controls ?? [] } }),
    method: pairs(document.method, full.method),
    rollbacks: pairs(document.rollbacks, full.rollbacks),
    configuration: values.configuration,
    secrets: values.secrets,
    controls: document.controls ?? [],
    runtime: toRuntime(document),
    ...(load === undefined ? {} : { load }),
    warmupMs: durationMs(extension.warmup ?? (load === undefined ? '0s' : '5s')),
    baselineMs: durationMs(extension.baseline ?? (measures ? '10s' : '0s')),
    recoveryMs: durationMs(extension.recovery ?? (measures || hasFaults ? '30s' : '0s')),
    observeMs: durationMs(extension.observe ?? '0s'),
    ...(open.shop === undefined ? {} : { shop: open.shop }),
    ...(open.cascade === undefined ? {} : { cascade: open.cascade }),
    stopConditions: pairs(extension.stopConditions, open.stopConditions),
    ...(extension.errorBudget === undefined ? {} : { errorBudget: extension.errorBudget }),
    prometheusDown: extension.prometheusDown ?? 'stop',
    ...(extension.grafana === undefined ? {} : { grafana: extension.grafana }),
    ...(extension.webhook === undefined ? {} : { webhook: extension.webhook }),
    warnings,
  };
}

/** Measured over a window: a look is not enough. */
const isMeasured = (type: string): boolean => type === 'prometheus' || type === 'slo';

const pairs = <T extends object>(visible: readonly T[] = [], full: readonly T[] = []): readonly T[] =>
  visible.map((item, index) => withSecrets(item, full[index]));

function toLoad(file: string, load: PadoExtension['load']): Load | undefined {
  const script = load === undefined ? undefined : findScript(file, load.script);
  if (load === undefined || script === undefined) return undefined;
  return { script, name: load.script, env: texts(load.env ?? {}), thresholds: load.thresholds ?? false };
}

const toRuntime = ({ runtime: { hypothesis, rollbacks } = {} }: ExperimentDocument): Runtime => ({
  ...(hypothesis?.strategy === undefined ? {} : { hypothesisStrategy: hypothesis.strategy }),
  frequencyMs: (hypothesis?.frequency ?? 1) * 1_000,
  failFast: hypothesis?.fail_fast ?? false,
  rollbackStrategy: rollbacks?.strategy ?? 'always',
});

export const padoExtension = ({ extensions = [] }: ExperimentDocument): PadoExtension =>
  extensions.find((extension): extension is PadoExtension => extension.name === 'pado') ?? { name: 'pado' };

/** Looks in the experiment's folder, then in each one above it: `load/shop.ts` works in a catalogue and beside one. */
export function findScript(file: string, script: string): string | undefined {
  for (let folder = dirname(resolve(file)); ; folder = dirname(folder)) {
    const candidate = resolve(folder, script);
    if (existsSync(candidate)) return candidate;
    if (folder === join(folder, '..')) return undefined;
  }
}

/**
 * When a probe is judged: as it says itself, else as `runtime.hypothesis.strategy` says, else by its kind. k6 sums up
 * once, at the end of its run; an expected failure is seen during the fault.
 */
export function windowsOf(
  { provider, expect }: HypothesisProbe,
  strategy?: HypothesisStrategy,
): readonly ProbeWindow[] {
  if (provider.type === 'k6') return ['after'];
  if (expect === 'failure') return ['during'];
  if (provider.window !== undefined) return provider.window;
  if (strategy !== undefined) return byStrategy[strategy];
  if (provider.type === 'kubernetes' || provider.type === 'aws') return ['before', 'during', 'after'];
  return isMeasured(provider.type) ? ['before', 'during'] : byStrategy.default;
}

const byStrategy: Readonly<Record<HypothesisStrategy, readonly ProbeWindow[]>> = {
  default: ['before', 'after'],
  'before-method-only': ['before'],
  'after-method-only': ['after'],
  'during-method-only': ['during'],
  continuously: ['before', 'during', 'after'],
};

const texts = (env: Readonly<Record<string, Scalar>>): Record<string, string> =>
  Object.fromEntries(Object.entries(env).map(([key, value]) => [key, String(value)]));
