import { dirname, join } from 'node:path';
import { PadoError } from '@pado/fault';
import type { Journal, Listener } from '../contracts.ts';
import type { Environment } from '../experiment/environment.ts';
import type { Experiment } from '../experiment/experiment.ts';
import { patienceMs } from '../experiment/load.ts';
import { type RunOptions, runExperiment } from '../experiment/run.ts';
import { prometheus } from '../providers/prometheus.ts';
import type { Arm } from './arms.ts';
import type { BenchRun, RunTimes } from './contracts.ts';
import { serverCounts } from './counts.ts';
import { dropped } from './metrics/drops.ts';
import { readLedger } from './metrics/ledger.ts';
import { measure } from './metrics/metrics.ts';
import { cutShort, voidReasons } from './metrics/void.ts';
import { type Observed, observeSignature, settled } from './signature.ts';
import { type MachineSpoilers, watchMachine } from './spoilers.ts';

/** A run with what was seen of the cascade's signature. */
export interface ArmRun extends Omit<BenchRun, 'pair' | 'arm' | 'order'> {
  readonly signature: readonly Observed[];
  /** As the verdict's sentence says. */
  readonly reason: string;
}

export interface ArmRequest {
  readonly experiment: Experiment;
  readonly arm: Arm;
  readonly seed: number;
  /** Values of the configuration besides the seed: calibration, a weaker trigger, the user's own. */
  readonly vars: Readonly<Record<string, unknown>>;
  /** Where run folders go. */
  readonly directory: string;
}

/** What answers: a stack, or an environment of another kind. */
export type Place = { readonly prometheusUrl: string; readonly died?: Promise<never> } & (
  | Pick<Extract<RunOptions, { readonly stack: unknown }>, 'stack'>
  | { readonly environment: Environment }
);

interface Ears {
  readonly signal: AbortSignal;
  readonly listener: Listener;
}

/** Runs the experiment there once, and measures what became of its users. */
export async function measureRun(request: ArmRequest, place: Place, { signal, listener }: Ears): Promise<ArmRun> {
  const { experiment, arm, seed, directory, vars } = request;
  const { prometheusUrl, ...where } = place;
  let testId: string | undefined;
  let found: MachineSpoilers = { k6Cores: 0, hostBusy: 0, throttled: 0 };
  const machine = watchMachine({ testId: () => testId });
  const { journal, journalFile } = await runExperiment({
    ...{ file: experiment.file, policies: arm.name, directory, signal },
    ...where,
    vars: { ...vars, ...('seed' in experiment.configuration ? { seed } : {}) },
    listener(event) {
      if (event.type === 'started') testId = event.id;
      listener(event);
    },
  }).finally(() => {
    found = machine.stop();
  });
  signal.throwIfAborted();
  const outcome = { seed, policies: arm.name, journalFile, verdict: journal.pado.verdict, reason: journal.pado.reason };
  const times = timesOf(journal);
  if (times === undefined) return { ...outcome, ...nothing(journal, found) };
  await settled(signal);
  return { ...outcome, ...(await evaluate(request, { times, journal, journalFile, found, prometheusUrl, signal })) };
}

interface Ended {
  readonly times: RunTimes;
  readonly journal: Journal;
  readonly journalFile: string;
  readonly found: MachineSpoilers;
  readonly prometheusUrl: string;
  readonly signal: AbortSignal;
}

type Evaluated = Pick<ArmRun, 'times' | 'bins' | 'metrics' | 'spoilers' | 'signature' | 'void'>;

async function evaluate(
  { experiment }: ArmRequest,
  { times, journal, journalFile, found, prometheusUrl, signal }: Ended,
): Promise<Evaluated> {
  const { cascade: claim } = experiment;
  const store = prometheus(prometheusUrl);
  const of = { testId: journal.pado.id };
  const patience = { deadlineMs: patienceMs(experiment) };
  const whole = { startMs: times.baseline.startMs, endMs: times.endMs };
  const [samples, drops, baseline, after] = await Promise.all([
    readLedger(join(dirname(journalFile), 'ledger.ndjson'), patience),
    dropped(store, { ...of, window: whole }, signal),
    serverCounts(store, times.baseline, of, signal),
    serverCounts(store, { startMs: times.injectMs, endMs: times.endMs }, of, signal),
  ]);
  if (samples.length === 0) throw noLedger(experiment);
  const { bins, metrics, ...offered } = measure({
    ...{ samples, drops, times, ...patience, counts: { baseline, after } },
    ...(claim?.goal === undefined ? {} : { goal: claim.goal }),
    ...(claim === undefined ? {} : { journeys: claim.journeys }),
    ...(claim?.leaf === undefined ? {} : { leaf: claim.leaf }),
  });
  const during = { startMs: times.injectMs, endMs: times.revertMs };
  const observe = { startMs: times.revertMs, endMs: times.endMs };
  const signature = await observeSignature(claim?.signature ?? [], { during, observe }, store, signal);
  const spoilers = { ...found, ...offered };
  const reasons = [...cutShort(journal, experiment.observeMs), ...voidReasons(spoilers, metrics)];
  return { times, bins, metrics, spoilers, signature, ...(reasons.length === 0 ? {} : { void: reasons }) };
}

/** Without a line for each user there is nothing to measure, in no run of this experiment. */
const noLedger = ({ file, load }: Experiment): PadoError =>
  new PadoError(
    'ERR_PADO_INVALID',
    `${file}: its load, ${load?.name}, writes no line for each user to the console, which is what a benchmark measures; load/cascade.ts does: see docs/reference/load.md`,
  );

/** A run that ended before its trigger: there is nothing to measure, and it proves nothing. */
function nothing({ pado }: Journal, found: MachineSpoilers): Evaluated {
  const never = { startMs: 0, endMs: 0 };
  const times = { baseline: pado.windows.before ?? never, injectMs: 0, revertMs: 0, endMs: 0 };
  const { bins, metrics, ...offered } = measure({ samples: [], drops: [], times, deadlineMs: 0 });
  const why = `it ended before its trigger (${pado.verdict}: ${pado.reason})`;
  return { times, bins, metrics, spoilers: { ...found, ...offered }, signature: [], void: [why] };
}

function timesOf({ pado, end }: Journal): RunTimes | undefined {
  const { before, during, observe, after } = pado.windows;
  if (before === undefined || during === undefined) return undefined;
  return {
    baseline: before,
    injectMs: during.startMs,
    revertMs: during.endMs,
    endMs: observe?.endMs ?? after?.endMs ?? Date.parse(end),
  };
}
