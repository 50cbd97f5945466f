import { join } from 'node:path';
import { PadoError } from '@pado/fault';
import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import { createKubeApi, type HttpKubeApi } from './create-api.ts';
import { freshFile } from './fresh-file.ts';

export interface InClusterOptions {
  /** KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT, which the kubelet sets. */
  readonly host: string | undefined;
  readonly port: string | undefined;
  /** Default /var/run/secrets/kubernetes.io/serviceaccount. */
  readonly directory?: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** The API server as a pod's service account reaches it. @throws PadoError outside of a pod */
export function inClusterKubeApi(options: InClusterOptions): HttpKubeApi {
  const { host, port, directory = '/var/run/secrets/kubernetes.io/serviceaccount', clock, log } = options;
  if (!host || !port)
    throw new PadoError(
      'ERR_PADO_INVALID',
      'KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set: this runs in a pod of a cluster only',
    );
  const file = (name: string) => freshFile(join(directory, name), clock, log);
  const token = file('token');
  if (token() === undefined)
    throw new PadoError(
      'ERR_PADO_INVALID',
      `${join(directory, 'token')} cannot be read: the pod needs a service account whose token is mounted`,
    );
  const server = new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`);
  return createKubeApi({ server, token, ca: file('ca.crt'), clock, log });
}
