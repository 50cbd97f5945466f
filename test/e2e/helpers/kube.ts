import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { monotonicClock } from '../../../agent/daemon/src/clock.ts';
import { createKubeApi, type HttpKubeApi } from '../../../agent/daemon/src/kubernetes/api/create-api.ts';
import { type Log, silentLog } from '../../../agent/daemon/src/log.ts';

interface Named {
  readonly name: string;
}

interface Kubeconfig {
  readonly 'current-context': string;
  readonly contexts: readonly (Named & { readonly context: { readonly cluster: string; readonly user: string } })[];
  readonly clusters: readonly (Named & {
    readonly cluster: {
      readonly server: string;
      readonly 'certificate-authority-data'?: string;
      readonly 'certificate-authority'?: string;
    };
  })[];
  readonly users: readonly (Named & {
    readonly user: {
      readonly token?: string;
      readonly 'client-certificate-data'?: string;
      readonly 'client-certificate'?: string;
      readonly 'client-key-data'?: string;
      readonly 'client-key'?: string;
    };
  })[];
}

async function pem(data: string | undefined, file: string | undefined): Promise<Buffer | undefined> {
  if (data !== undefined) return Buffer.from(data, 'base64');
  return file === undefined ? undefined : readFile(file);
}

const named = <T extends Named>(items: readonly T[], name: string, what: string): T => {
  const item = items.find((one) => one.name === name);
  if (item === undefined) throw new Error(`the kubeconfig has no ${what} ${name}`);
  return item;
};

/** The API server of a kubeconfig's current context, by token or client certificate. */
export async function kubeconfigApi(text: string, log: Log = silentLog, asToken?: string): Promise<HttpKubeApi> {
  const config = parse(text) as Kubeconfig;
  const { context } = named(config.contexts, config['current-context'], 'context');
  const { cluster } = named(config.clusters, context.cluster, 'cluster');
  const { user } = named(config.users, context.user, 'user');
  const ca = await pem(cluster['certificate-authority-data'], cluster['certificate-authority']);
  const cert = await pem(user['client-certificate-data'], user['client-certificate']);
  const key = await pem(user['client-key-data'], user['client-key']);
  const token = asToken ?? user.token;
  return createKubeApi({
    server: new URL(cluster.server),
    clock: monotonicClock,
    log,
    ...(ca === undefined ? {} : { ca }),
    ...(token === undefined ? {} : { token: () => token }),
    ...(cert === undefined || key === undefined || asToken !== undefined ? {} : { cert, key }),
  });
}

/** As the first file of KUBECONFIG says. */
export async function testApi(log?: Log): Promise<HttpKubeApi> {
  const file = process.env.KUBECONFIG?.split(':')[0];
  if (!file) throw new Error('KUBECONFIG is not set: these tests need a cluster');
  return kubeconfigApi(await readFile(file, 'utf8'), log);
}
