import { join } from 'node:path';
import { type ServiceName, services } from '../contracts.ts';
import type { ChildSpec } from './child.ts';
import { type Injection, injected } from './injection.ts';

export interface NodeProcessOptions {
  readonly installation: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly compileCache: string;
  readonly logs: string;
}

/** A heap that one service of the shop never fills, kept small: ten such processes share one laptop. */
const heap = ['--max-semi-space-size=8', '--max-old-space-size=192'];

export interface ServiceOptions extends NodeProcessOptions {
  readonly ports: Readonly<Record<ServiceName, number>>;
  readonly databaseUrl: string;
  readonly policiesFile: string;
  readonly injection: Omit<Injection, 'name'>;
}

export function serviceSpec(name: ServiceName, options: ServiceOptions): ChildSpec {
  const peers = services.map((peer) => [`SHOP_${peer.toUpperCase()}_URL`, url(options.ports[peer])]);
  const environment = {
    ...options.environment,
    ...Object.fromEntries(peers),
    SHOP_HOST: '127.0.0.1',
    SHOP_PORT: String(options.ports[name]),
    SHOP_DATABASE_URL: options.databaseUrl,
    SHOP_POLICIES_FILE: options.policiesFile,
  };
  const spec = nodeSpec(name, `services/${name}/src/server.ts`, [], options);
  return { ...spec, environment: injected({ ...spec.environment, ...environment }, { ...options.injection, name }) };
}

export function agentSpec(port: number, state: string, options: NodeProcessOptions): ChildSpec {
  return nodeSpec('agent', 'agent/daemon/src/server.ts', ['--port', String(port), '--state', state], options);
}

function nodeSpec(name: string, script: string, args: readonly string[], options: NodeProcessOptions): ChildSpec {
  const { installation, environment, compileCache, logs } = options;
  return {
    name,
    file: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', ...heap, join(installation, script), ...args],
    // The compiled code is kept: stripping types anew costs each process 16 MB.
    environment: { ...environment, NODE_COMPILE_CACHE: compileCache },
    cwd: installation,
    log: join(logs, `${name}.log`),
  };
}

export const url = (port: number): string => `http://127.0.0.1:${port}`;
