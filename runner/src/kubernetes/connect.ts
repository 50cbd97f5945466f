import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { PadoError } from '@pado/fault';
import { meant } from '../cli/parse.ts';
import { type KubeClient, kubeClient } from './client.ts';

export interface ConnectOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly context: string | undefined;
  readonly namespace: string | undefined;
}

const accountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * The cluster that kubectl would talk to: of $KUBECONFIG, of ~/.kube/config, or the one that this pod is in.
 * @throws PadoError ERR_PADO_NOT_FOUND without any, or for an unknown context; ERR_PADO_INVALID for a file that cannot be read
 */
export function connect({ environment, context, namespace }: ConnectOptions): KubeClient {
  const config = new KubeConfig();
  const files = kubeconfigs(environment);
  const inCluster = files.length === 0;
  if (!inCluster) load(config, files);
  else if (existsSync(join(accountFolder, 'token'))) config.loadFromCluster();
  else throw notFound('there is no kubeconfig: set KUBECONFIG, or make ~/.kube/config as your cluster provider tells');
  const known = config.getContexts().map(({ name }) => name);
  if (context !== undefined) config.setCurrentContext(context);
  const chosen = config.getCurrentContext();
  const current = config.getContextObject(chosen);
  if (current === null) {
    const list = known.length === 0 ? 'it has none' : `it has: ${known.join(', ')}`;
    throw notFound(
      chosen
        ? `the kubeconfig has no context "${chosen}"${meant(chosen, known)}; ${list}`
        : `the kubeconfig names no current context: choose one with --context; ${list}`,
    );
  }
  if (config.getCurrentCluster() === null)
    throw notFound(
      `the context "${chosen}" names the cluster "${current.cluster}", which the kubeconfig does not have`,
    );
  return kubeClient(config, { namespace: namespace ?? (current.namespace?.trim() || 'default'), inCluster });
}

/** Files that are there; all of $KUBECONFIG are merged, as kubectl does. */
function kubeconfigs({ KUBECONFIG: list, HOME: home }: NodeJS.ProcessEnv): string[] {
  const named = (list ?? '').split(delimiter).filter((file) => file !== '');
  const there = (named.length > 0 ? named : [join(home ?? homedir(), '.kube/config')]).filter((file) =>
    existsSync(file),
  );
  if (named.length > 0 && there.length === 0)
    throw notFound(`KUBECONFIG names ${named.join(', ')}, which is not there`);
  return there;
}

function load(config: KubeConfig, files: readonly string[]): void {
  for (const [index, file] of files.entries()) {
    const one = index === 0 ? config : new KubeConfig();
    try {
      readFileSync(file);
      one.loadFromFile(file);
      if (index > 0) config.mergeConfig(one, true);
    } catch (cause) {
      throw new PadoError('ERR_PADO_INVALID', `the kubeconfig ${file} cannot be used: ${(cause as Error).message}`, {
        cause,
        details: { file },
      });
    }
  }
}

const notFound = (message: string): PadoError => new PadoError('ERR_PADO_NOT_FOUND', message);
