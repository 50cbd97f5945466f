import { PadoError } from '@pado/fault';
import type { Environment } from '../experiment/environment.ts';
import type { KubeClient } from '../kubernetes/client.ts';
import type { List } from '../kubernetes/objects.ts';
import { paths } from '../kubernetes/paths.ts';
import { actOnDeployment, type Deployment } from '../providers/kubernetes/deployments.ts';
import { type ArmRequest, type ArmRun, measureRun } from './measure-run.ts';
import type { ArmContext } from './run-arm.ts';

/** A namespace that is an arm: whatever is deployed in it, under its own policies and with its own images. */
export interface Namespace extends Disposable {
  readonly client: KubeClient;
  readonly environment: Environment;
}

/** What belongs to the system under test; what observes it, and its database, stay. */
const underTest = 'app.kubernetes.io/part-of=shop,app.kubernetes.io/component=service';
const rolloutDeadline = '180s';

/** One run of one arm in a cluster: fresh pods first, then the experiment in that namespace. */
export async function runArmInCluster(
  request: ArmRequest,
  open: (namespace: string) => Promise<Namespace>,
  { signal, listener }: Pick<ArmContext, 'signal' | 'listener'>,
): Promise<ArmRun> {
  const { namespace } = request.arm;
  if (namespace === undefined) {
    throw new PadoError(
      'ERR_PADO_USAGE',
      `--kubernetes compares namespaces: give an arm as namespace:NAME, not "${request.arm.name}"`,
    );
  }
  using place = await open(namespace);
  await freshPods(place.client, namespace, signal);
  const { environment } = place;
  return measureRun(request, { environment, prometheusUrl: environment.prometheusUrl ?? '' }, { signal, listener });
}

async function freshPods(client: KubeClient, namespace: string, signal: AbortSignal): Promise<void> {
  const query = { labelSelector: underTest };
  const { items } = await client.request<List<Deployment>>('GET', paths.deployments(namespace), { query, signal });
  if (items.length === 0) {
    throw new PadoError(
      'ERR_PADO_NO_TARGET',
      `namespace ${namespace} has no Deployment with the labels ${underTest}: is the chart "shop" installed there?`,
    );
  }
  await Promise.all(
    items.map(({ metadata: { name } }) =>
      actOnDeployment(
        client,
        {
          ...{ type: 'kubernetes', action: 'rollout-restart', deployment: name, namespace },
          ...{ wait: true, deadline: rolloutDeadline },
        },
        signal,
      ),
    ),
  );
}
