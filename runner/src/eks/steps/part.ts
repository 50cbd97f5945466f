import { PadoError } from '@pado/fault';
import { awsMaybe, type Context, type Step } from '../context.ts';

/** One of the kinds of things that eksctl makes after the control plane. */
export interface PartKind {
  /** As people call one: `node group`. */
  readonly title: string;
  /** As the aws program does: `describe-nodegroup`, `wait nodegroup-active`, `--nodegroup-name`. */
  readonly word: 'nodegroup' | 'fargate-profile' | 'addon';
  /** Where the answer of describe-… holds it. */
  readonly field: string;
  /** As eksctl does: `eksctl create nodegroup`. */
  readonly eksctl: 'nodegroup' | 'fargateprofile' | 'addon';
  readonly wanted: (context: Context) => readonly string[];
  /** What is DEGRADED works in part: counts as there, with a warning. */
  readonly mayBeDegraded?: true;
}

/** CREATING, ACTIVE, UPDATING, DELETING, DEGRADED, CREATE_FAILED, UPDATE_FAILED, DELETE_FAILED; undefined: not there. */
type Status = string | undefined;

/** Lists name what failed too, so that each one is asked for its status. */
async function statusOf(context: Context, kind: PartKind, name: string): Promise<Status> {
  const args = ['--cluster-name', context.cluster.name, `--${kind.word}-name`, name];
  const found = await awsMaybe<Record<string, { status: string }>>(context, 'eks', `describe-${kind.word}`, ...args);
  return found?.[kind.field]?.status;
}

const isThere = ({ mayBeDegraded }: PartKind, status: Status): boolean =>
  status === 'ACTIVE' || (status === 'DEGRADED' && mayBeDegraded === true);

function warn({ cluster, progress }: Context, { title, word }: PartKind, name: string, status: Status): void {
  if (status !== 'DEGRADED') return;
  const look = `aws eks describe-${word} --cluster-name ${cluster.name} --${word}-name ${name} --region ${cluster.region}`;
  progress(`  warning: ${title} ${name} is DEGRADED; it counts as there; see why: ${look}`);
}

function failure({ cluster }: Context, kind: PartKind, name: string, what: string): PadoError {
  const { name: of, region } = cluster;
  const remove = `eksctl delete ${kind.eksctl} --cluster ${of} --region ${region} --name ${name}`;
  return new PadoError('ERR_PADO_CONFLICT', `${kind.title} ${name} is ${what}: ${remove}, then eks:up`);
}

/**
 * Waits for those that are on their way, and resolves to the names of those that are not there.
 * @throws ERR_PADO_CONFLICT for one that failed: nothing makes it anew while it is there
 */
async function settle(context: Context, kind: PartKind): Promise<string[]> {
  const { cli, cluster } = context;
  const missing: string[] = [];
  for (const name of kind.wanted(context)) {
    let status = await statusOf(context, kind, name);
    if (status === 'CREATING' || status === 'UPDATING' || status === 'DELETING') {
      const end = status === 'DELETING' ? 'deleted' : 'active';
      // How it ends is asked below: a waiter takes a degraded add-on, and one that is gone meanwhile, for a failure.
      await cli.ask(
        ...(['aws', 'eks', 'wait', `${kind.word}-${end}`, '--cluster-name', cluster.name] as const),
        ...[`--${kind.word}-name`, name, '--region', cluster.region],
      );
      status = await statusOf(context, kind, name);
    }
    if (status === undefined) missing.push(name);
    else if (status.endsWith('ING'))
      throw new PadoError('ERR_PADO_CONFLICT', `${kind.title} ${name} is still ${status}: run eks:up again`);
    else if (!isThere(kind, status)) throw failure(context, kind, name, status);
  }
  return missing;
}

/** Done when every wanted one is ACTIVE. */
export function partStep(kind: PartKind, about: Pick<Step, 'name' | 'what' | 'minutes'>): Step {
  return {
    ...about,
    async isDone(context) {
      for (const name of kind.wanted(context)) {
        const status = await statusOf(context, kind, name);
        if (!isThere(kind, status)) return false;
        warn(context, kind, name, status);
      }
      return true;
    },
    async act(context) {
      if ((await settle(context, kind)).length > 0)
        await context.cli.run('eksctl', 'create', kind.eksctl, '-f', context.cluster.path);
      // eksctl passes over what it has a stack of, though it be one of a creation that was rolled back.
      const [missing] = await settle(context, kind);
      if (missing !== undefined) throw failure(context, kind, missing, 'not there after eksctl has run');
      for (const name of kind.wanted(context)) warn(context, kind, name, await statusOf(context, kind, name));
    },
  };
}
