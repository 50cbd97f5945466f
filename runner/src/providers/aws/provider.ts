import { setTimeout } from 'node:timers/promises';
import type { AwsAction, AwsProbe } from '../../experiment/schema.ts';
import type { IntentJournal } from '../../intents/journal.ts';
import type { Whereabouts } from '../protected.ts';
import type { Answer } from '../provider.ts';
import { act } from './act.ts';
import { ask } from './ask.ts';
import type { Aws } from './client.ts';
import type { Cluster } from './cluster.ts';
import type { Surroundings } from './surroundings.ts';
import { undoingList } from './undoing.ts';

/** Asks and changes an AWS account, for one run. */
export interface AwsProvider {
  /** @throws PadoError: ERR_PADO_AWS, ERR_PADO_UNAUTHORIZED, ERR_PADO_FORBIDDEN, ERR_PADO_NOT_FOUND… by what went wrong */
  readonly ask: (probe: AwsProbe, signal: AbortSignal) => Promise<Answer>;
  /** The output says what was taken. @throws also ERR_PADO_REFUSED by a guard and ERR_PADO_NO_TARGET, before anything was done */
  readonly act: (action: AwsAction, signal: AbortSignal) => Promise<Answer>;
  /** Undoes what is still to be undone, and says what could not be. Twice is once. */
  readonly undo: () => Promise<readonly string[]>;
  readonly close: () => void;
}

export interface AwsOptions {
  /** A region's client; undefined for the region of the environment. */
  readonly connect: (region: string | undefined) => Promise<Aws>;
  readonly intents: IntentJournal;
  readonly whereabouts: Whereabouts;
  readonly cluster?: Cluster | undefined;
  readonly note: (level: 'info' | 'warning', text: string) => void;
  readonly sleep?: Surroundings['sleep'];
}

const sleepReally = async (ms: number, signal: AbortSignal): Promise<void> => setTimeout(ms, undefined, { signal });

export function awsProvider(options: AwsOptions): AwsProvider {
  const { connect, intents, whereabouts, cluster, note, sleep = sleepReally } = options;
  const undoing = undoingList();
  const around = { intents, whereabouts, cluster, note, sleep, undoing, held: new Set<string>() };
  const regions = new Map<string | undefined, Promise<Aws>>();
  const at = (region: string | undefined): Promise<Aws> => {
    const found = regions.get(region);
    if (found !== undefined) return found;
    const opened = connect(region);
    regions.set(region, opened);
    opened.catch(() => regions.delete(region));
    return opened;
  };
  return {
    ask: (probe, signal) => timed(async () => ask(await at(probe.region), probe, around, signal)),
    act: (action, signal) => timed(async () => act(await at(action.region), action, around, signal)),
    undo: () => undoing.all((text) => note('info', text)),
    close: () => {
      for (const one of regions.values()) one.then((aws) => aws.close()).catch(() => {});
    },
  };
}

async function timed(work: () => Promise<unknown>): Promise<Answer> {
  const startedAt = performance.now();
  const output = await work();
  return { output, durationMs: performance.now() - startedAt };
}
