import { join } from 'node:path';
import { type ServiceName, services } from '../contracts.ts';
import type { ShopSettings } from '../experiment/schema/shop.ts';
import type { ChildSpec } from './child.ts';
import { type Injection, injected } from './injection.ts';
import { defaultHeapMb, instanceLabel } from './settings.ts';

export interface NodeProcessOptions {
  readonly installation: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly compileCache: string;
  readonly logs: string;
}

/** Nothing listens here (a port that only root may open), so that a peer that is not started refuses at once. */
const nobody = 'http://127.0.0.1:1';

export interface ServiceOptions extends NodeProcessOptions {
  /** The URLs of each service's processes, in order. */
  readonly instances: Readonly<Partial<Record<ServiceName, readonly string[]>>>;
  readonly shop: ShopSettings;
  readonly databaseUrl: string;
  readonly policiesFile: string;
  readonly injection: Omit<Injection, 'name' | 'labels'>;
}

/** One of a service's processes. To the injector all are the service, and each has a label of its own besides. */
export interface ServiceProcess {
  readonly service: ServiceName;
  /** catalog, catalog-2 */
  readonly name: string;
  readonly port: number;
}

export function serviceSpec({ service, name, port }: ServiceProcess, options: ServiceOptions): ChildSpec {
  const { instances, shop, injection } = options;
  const peers = services.map((peer) => [`SHOP_${peer.toUpperCase()}_URL`, (instances[peer] ?? [nobody]).join(',')]);
  const own = Object.entries(shop.env?.[service] ?? {}).map(([key, value]) => [key, String(value)]);
  const environment = {
    ...options.environment,
    ...Object.fromEntries([...peers, ...own]),
    SHOP_HOST: '127.0.0.1',
    SHOP_PORT: String(port),
    SHOP_DATABASE_URL: options.databaseUrl,
    SHOP_POLICIES_FILE: options.policiesFile,
  };
  const spec = nodeSpec(name, `services/${service}/src/server.ts`, [], options, shop.heapMb?.[service]);
  return {
    ...spec,
    environment: injected(
      { ...spec.environment, ...environment },
      { ...injection, name: service, labels: { [instanceLabel]: name } },
    ),
  };
}

export function agentSpec(port: number, state: string, options: NodeProcessOptions): ChildSpec {
  return nodeSpec('agent', 'agent/daemon/src/server.ts', ['--port', String(port), '--state', state], options);
}

function nodeSpec(
  name: string,
  script: string,
  args: readonly string[],
  options: NodeProcessOptions,
  heapMb?: number,
): ChildSpec {
  const { installation, environment, compileCache, logs } = options;
  return {
    name,
    file: process.execPath,
    args: [
      '--disable-warning=ExperimentalWarning',
      '--max-semi-space-size=4',
      `--max-old-space-size=${heapMb ?? defaultHeapMb}`,
      // Who makes the heap small wants to see the collector: on the core that the service has, as in a container of one.
      ...(heapMb === undefined ? [] : ['--single-threaded-gc']),
      join(installation, script),
      ...args,
    ],
    // The compiled code is kept: stripping types anew costs each process 16 MB.
    environment: { ...environment, NODE_COMPILE_CACHE: compileCache },
    cwd: installation,
    log: join(logs, `${name}.log`),
  };
}

export const url = (port: number): string => `http://127.0.0.1:${port}`;
