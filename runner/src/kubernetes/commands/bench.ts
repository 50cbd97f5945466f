import type { ArmContext } from '../../bench/run-arm.ts';
import type { Namespace } from '../../bench/run-arm-in-cluster.ts';
import type { Invocation } from '../../cli/command.ts';
import { thisMachine } from '../../providers/protected.ts';
import { connect } from '../connect.ts';
import { clusterEnvironment } from '../environment.ts';
import { k6Image } from '../options.ts';

/** A namespace as the place of an arm; k6 runs here, since its ledger is what is measured. */
export async function openNamespace(
  { values, settings, progress }: Invocation,
  { stack }: ArmContext,
  namespace: string,
): Promise<Namespace> {
  using opened = new DisposableStack();
  const client = connect({ environment: settings.environment, context: values.string('context'), namespace });
  opened.defer(() => client.close());
  const environment = await clusterEnvironment(client, {
    ...{ prometheus: undefined, gateway: undefined, load: 'local', k6Image, note: progress },
    whereabouts: thisMachine(settings.environment),
    k6: async () => stack.tools.k6,
  });
  opened.use(environment);
  const open = opened.move();
  return { client, environment, [Symbol.dispose]: () => open.dispose() };
}
