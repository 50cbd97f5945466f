import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type AgentFile, PadoError } from '@pado/fault';
import { bundle } from '@pado/injector/bundle';
import { presets } from '@pado/kit/presets';
import type { StackFile } from '../contracts.ts';
import type { ShopSettings } from '../experiment/schema/shop.ts';
import { agentClient } from './agent-client.ts';
import { readJson } from './files.ts';
import { lookAt } from './liveness.ts';
import { agentSpec, type ServiceProcess, serviceSpec, url } from './node-processes.ts';
import { type Paths, paths } from './paths.ts';
import { writePolicies } from './policies.ts';
import { type PortName, portNames } from './port-names.ts';
import { choosePorts } from './ports.ts';
import { preparePostgres } from './postgres.ts';
import { identify } from './process-table.ts';
import { preparePrometheus } from './prometheus.ts';
import { answers } from './ready.ts';
import { processNames, requireKnown, startedServices } from './settings.ts';
import { claimStack } from './stack-file.ts';
import { type Stack, supervise } from './supervise.ts';

type Ports = Readonly<Record<string, number>> & Readonly<Record<PortName, number>>;

/** Connections of one process to the database, where its settings say nothing: its pool, and one for /readyz. */
const connectionsEach = 9;

export interface StackOptions {
  /** Where `.pado/` is. */
  readonly project: string;
  readonly installation: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly tools: { readonly k6: string; readonly prometheus: string };
  /** Ports that must be these; the others are any free ones. */
  readonly ports: Readonly<Partial<Record<PortName, number>>>;
  /** true: everything ends with this process; false: it stays when this process ends. */
  readonly bound: boolean;
  /** How the shop is built; default all services, one process each, not supervised. */
  readonly shop?: ShopSettings | undefined;
  readonly signal: AbortSignal;
  /** Gets what ends everything at once, for when nobody wants to wait. */
  readonly onForce: (kill: () => void) => void;
  readonly progress: (line: string) => void;
}

/**
 * Starts the shop and its observers; resolves when each is ready. When one fails, or on abort, none is left.
 * @throws PadoError ERR_PADO_INVALID for settings of services that are not started, ERR_PADO_USAGE for a supervised
 *   stack that is not bound
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { project, installation, tools, bound, progress, shop = {} } = options;
  requireKnown(shop);
  requireSupervisor(options);
  const at = paths(project);
  await mkdir(at.logs, { recursive: true });
  const environment = withoutNodeOptions(options.environment);
  const names = startedServices(shop).flatMap((service) => processNames(service, shop));
  const ports = (await choosePorts<string>([...new Set([...portNames, ...names])], options.ports, project)) as Ports;
  const processes = startedServices(shop).flatMap((service): readonly ServiceProcess[] =>
    processNames(service, shop).map((name) => ({ service, name, port: ports[name]! })),
  );
  const draft = { ...draftOf(at, ports, tools.k6), ...described(options.shop, processes) };
  await claimStack(at.stackFile, draft, progress);
  const stack = supervise({ path: at.stackFile, draft, bound, signal: options.signal, progress });
  options.onForce(stack.kill);
  const { signal } = stack;
  const log = (name: string) => join(at.logs, `${name}.log`);
  const node = { installation, environment, compileCache: at.compileCache, logs: at.logs };

  const startPostgres = async () => {
    const { postgres: port } = ports;
    const postgres = await preparePostgres({
      ...{ folder: at.postgres, port, log: log('postgres'), environment, signal },
      maxConnections: connections(shop, processes),
    });
    await stack.update({ databaseUrl: postgres.url });
    await stack.start(postgres.spec, postgres.ready);
  };
  const startAgent = async () => {
    await rm(at.agentFile, { force: true });
    const ready = async (abort: AbortSignal) => {
      const agent = await readJson<AgentFile>(at.agentFile);
      if (agent === undefined || !(await answers(`${agent.url}/readyz`, abort))) return false;
      await stack.update({ agent });
      return true;
    };
    await stack.start(agentSpec(ports.agent, at.state, node), ready);
  };
  const startPrometheus = async () => {
    const targets = [...processes, { service: 'agent', name: 'agent', port: ports.agent }].map(
      ({ service, name, port }) => ({ service, instance: name, address: `127.0.0.1:${port}` }),
    );
    const own = { binary: tools.prometheus, port: ports.prometheus, folder: at.prometheus, log: log('prometheus') };
    const spec = await preparePrometheus({ ...own, environment, targets });
    await stack.start(spec, (abort) => answers(`${draft.prometheusUrl}/-/ready`, abort));
  };
  const startService = async (one: ServiceProcess, injector: string) => {
    const { agent, databaseUrl, policiesFile, instances } = stack.file;
    const injection = { bundle: injector, agent };
    const spec = serviceSpec(one, { ...node, shop, instances, databaseUrl, policiesFile, injection });
    const own = url(one.port);
    const ready = async (abort: AbortSignal, { pid }: { readonly pid: number }) => {
      if (!(await answers(`${own}/readyz`, abort))) return false;
      return (await agentClient(agent).targets(abort)).some((target) => target.pid === pid);
    };
    await stack.start(spec, ready, shop.supervise === true ? () => lookAt(own) : undefined);
  };

  try {
    await writePolicies(at.policiesFile, presets.naive);
    const injector = bundle();
    await stack.together([startPostgres(), startAgent(), startPrometheus(), injector]);
    await stack.together(processes.map(async (one) => startService(one, await injector)));
    if (!bound) await stack.update({ owner: undefined });
    return stack;
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

function requireSupervisor({ shop, bound }: StackOptions): void {
  if (shop?.supervise !== true || bound) return;
  throw new PadoError(
    'ERR_PADO_USAGE',
    'shop.supervise restarts services, which needs a runner that stays: use "pado bench" or "npm run cascades", or Kubernetes',
  );
}

/** What the settings decide of the stack. */
function described(shop: ShopSettings | undefined, processes: readonly ServiceProcess[]) {
  const started = startedServices(shop);
  const urlsOf = (service: string) => processes.filter((one) => one.service === service).map(({ port }) => url(port));
  return {
    urls: Object.fromEntries(started.map((service) => [service, urlsOf(service)[0]!])),
    instances: Object.fromEntries(started.map((service) => [service, urlsOf(service)])),
    supervised: shop?.supervise === true,
    ...(shop === undefined ? {} : { settings: shop }),
  } satisfies Partial<StackFile>;
}

/** Enough for every process's pool; PostgreSQL's own default where the shop is small. */
const connections = ({ env = {} }: ShopSettings, processes: readonly ServiceProcess[]): number =>
  Math.max(
    100,
    processes.reduce((sum, { service }) => sum + Number(env[service]?.SHOP_DB_POOL_MAX ?? connectionsEach), 20),
  );

function draftOf(at: Paths, ports: Ports, k6: string): Omit<StackFile, keyof ReturnType<typeof described>> {
  const owner = identify(process.pid);
  return {
    startedAt: new Date().toISOString(),
    databaseUrl: '',
    prometheusUrl: url(ports.prometheus),
    agent: { url: url(ports.agent), tokenFile: join(at.state, 'agent.token'), pid: 0 },
    policiesFile: at.policiesFile,
    logsDirectory: at.logs,
    k6,
    processes: [],
    ...(owner === undefined ? {} : { owner }),
  };
}

/** What makes this process or a test runner observe Node.js is not meant for the shop. */
function withoutNodeOptions(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, NODE_V8_COVERAGE: _coverage, ...rest } = environment;
  return rest;
}
