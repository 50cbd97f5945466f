import { PadoError } from '@pado/fault';
import type { Answer, Cli } from './cli.ts';
import { lastLines } from './cli.ts';
import type { ClusterFile } from './cluster-file.ts';

/** What every step works with. */
export interface Context {
  readonly cli: Cli;
  readonly cluster: ClusterFile;
  /** The checkout: where charts are. */
  readonly root: string;
  /** A kubeconfig of this cluster's own, so that no step ever talks to another one. */
  readonly kubeconfig: string;
  /** The pado image, such as `…/pado:0.1.0`; without it, agent and shop are left out. */
  readonly image?: string;
  /** A copy of Karpenter's CloudFormation template; without it, it is fetched. */
  readonly template?: string;
  readonly progress: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface Step {
  readonly name: string;
  /** What it makes or removes, for the plan. */
  readonly what: string;
  /** Roughly how long it takes, for the plan. */
  readonly minutes: number;
  readonly isDone: (context: Context) => Promise<boolean>;
  readonly act: (context: Context) => Promise<void>;
}

/** `aws … --region R --output json`. */
export const aws = <T>({ cli, cluster }: Context, ...args: string[]): Promise<T> =>
  cli.json<T>('aws', ...args, '--region', cluster.region, '--output', 'json');

/**
 * The same, but undefined where the thing is not there. Any other failure throws: an expired token must not look like a
 * cluster that is gone.
 */
export async function awsMaybe<T>(context: Context, ...args: string[]): Promise<T | undefined> {
  const { cli, cluster } = context;
  const answer = await cli.ask('aws', ...args, '--region', cluster.region, '--output', 'json');
  if (answer.code === 0) return JSON.parse(answer.stdout || 'null') as T;
  if (isNotFound(answer)) return undefined;
  throw new PadoError('ERR_PADO_PROVIDER', `aws ${args.slice(0, 2).join(' ')}: ${lastLines(answer.stderr)}`);
}

const isNotFound = ({ stderr }: Answer): boolean =>
  /ResourceNotFoundException|NoSuchEntity|does not exist|NotFoundException/.test(stderr);

export const kube = ({ cli, kubeconfig }: Context, ...args: string[]): Promise<string> =>
  cli.run('kubectl', '--kubeconfig', kubeconfig, ...args);

export const helm = ({ cli, kubeconfig }: Context, ...args: string[]): Promise<string> =>
  cli.run('helm', '--kubeconfig', kubeconfig, ...args);

/** The releases of a namespace that are in place, as `name` → `chart-version`. */
export async function releases(context: Context, namespace: string): Promise<ReadonlyMap<string, string>> {
  const text = await helm(context, 'list', '-n', namespace, '-o', 'json');
  const list = JSON.parse(text || '[]') as { name: string; status: string; chart: string }[];
  return new Map(list.filter(({ status }) => status === 'deployed').map(({ name, chart }) => [name, chart]));
}
