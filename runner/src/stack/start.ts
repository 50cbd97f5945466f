import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentFile } from '@pado/fault';
import { bundle } from '@pado/injector/bundle';
import { presets } from '@pado/kit/presets';
import { type ServiceName, type StackFile, services } from '../contracts.ts';
import { agentClient } from './agent-client.ts';
import { readJson } from './files.ts';
import { agentSpec, serviceSpec, url } from './node-processes.ts';
import { type Paths, paths } from './paths.ts';
import { writePolicies } from './policies.ts';
import { type PortName, portNames } from './port-names.ts';
import { choosePorts } from './ports.ts';
import { preparePostgres } from './postgres.ts';
import { identify } from './process-table.ts';
import { preparePrometheus } from './prometheus.ts';
import { answers } from './ready.ts';
import { claimStack } from './stack-file.ts';
import { type Stack, supervise } from './supervise.ts';

type Ports = Readonly<Record<PortName, number>>;

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
  readonly signal: AbortSignal;
  /** Gets what ends everything at once, for when nobody wants to wait. */
  readonly onForce: (kill: () => void) => void;
  readonly progress: (line: string) => void;
}

/** Starts the shop and its observers; resolves when each is ready. When one fails, or on abort, none is left. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { project, installation, tools, bound, progress } = options;
  const at = paths(project);
  await mkdir(at.logs, { recursive: true });
  const environment = withoutNodeOptions(options.environment);
  const ports = await choosePorts(portNames, options.ports, project);
  const draft = draftOf(at, ports, tools.k6);
  await claimStack(at.stackFile, draft, progress);
  const stack = supervise({ path: at.stackFile, draft, bound, signal: options.signal, progress });
  options.onForce(stack.kill);
  const { signal } = stack;
  const log = (name: string) => join(at.logs, `${name}.log`);
  const node = { installation, environment, compileCache: at.compileCache, logs: at.logs };

  const startPostgres = async () => {
    const { postgres: port } = ports;
    const postgres = await preparePostgres({ folder: at.postgres, port, log: log('postgres'), environment, signal });
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
    const targets = Object.fromEntries(
      [...services, 'agent' as const].map((name) => [name, `127.0.0.1:${ports[name]}`]),
    );
    const own = { binary: tools.prometheus, port: ports.prometheus, folder: at.prometheus, log: log('prometheus') };
    const spec = await preparePrometheus({ ...own, environment, targets });
    await stack.start(spec, (abort) => answers(`${draft.prometheusUrl}/-/ready`, abort));
  };
  const startService = async (name: ServiceName, injector: string) => {
    const { agent, databaseUrl } = stack.file;
    const injection = { bundle: injector, agent };
    const spec = serviceSpec(name, { ...node, ports, databaseUrl, policiesFile: at.policiesFile, injection });
    await stack.start(spec, async (abort, { pid }) => {
      if (!(await answers(`${draft.urls[name]}/readyz`, abort))) return false;
      return (await agentClient(agent).targets(abort)).some((target) => target.pid === pid);
    });
  };

  try {
    await writePolicies(at.policiesFile, presets.naive);
    const injector = bundle();
    await stack.together([startPostgres(), startAgent(), startPrometheus(), injector]);
    await stack.together(services.map(async (name) => startService(name, await injector)));
    if (!bound) await stack.update({ owner: undefined });
    return stack;
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

function draftOf(at: Paths, ports: Ports, k6: string): StackFile {
  const owner = identify(process.pid);
  return {
    startedAt: new Date().toISOString(),
    urls: Object.fromEntries(services.map((name) => [name, url(ports[name])])) as Record<ServiceName, string>,
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
