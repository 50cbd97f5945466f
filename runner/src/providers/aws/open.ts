import { intentJournal, intentsBeside } from '../../intents/journal.ts';
import { thisMachine } from '../protected.ts';
import { connectAws } from './client.ts';
import type { Cluster } from './cluster.ts';
import { type AwsOptions, type AwsProvider, awsProvider } from './provider.ts';

interface Options extends Pick<AwsOptions, 'note'> {
  /** Where runs are kept; intents are kept beside them. */
  readonly runs: string;
  readonly cluster: Cluster | undefined;
}

/** The provider as a run uses it: the SDK, this machine, and the journal on its disk. */
export const openAwsProvider = ({ runs, cluster, note }: Options): AwsProvider =>
  awsProvider({
    ...{ connect: connectAws, cluster, note },
    intents: intentJournal(intentsBeside(runs)),
    whereabouts: thisMachine(process.env),
  });
