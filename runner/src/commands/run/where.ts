import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type AgentFile, PadoError } from '@pado/fault';
import type { Invocation } from '../../cli/command.ts';
import { usage } from '../../cli/parse.ts';
import { url } from '../../cli/values.ts';
import type { StackFile } from '../../contracts.ts';
import { bareEnvironment, type Environment, localEnvironment } from '../../experiment/environment.ts';
import type { Experiment } from '../../experiment/experiment.ts';
import { needsOf } from '../../experiment/needs.ts';
import { agentApi } from '../../providers/fault/agent-api.ts';
import { findAgent } from '../../stack/agent-client.ts';
import { paths } from '../../stack/paths.ts';
import { readPolicies } from '../../stack/policies.ts';
import { settingsWarning } from '../../stack/settings.ts';
import { readStack, requireStack, stateOf } from '../../stack/stack-file.ts';
import { watchStack } from '../../stack/watch.ts';
import { ensureTool } from '../../tools/tools.ts';
import { agentFiles } from '../agent-files.ts';

/** Where experiments run on this machine. */
export interface Where extends Disposable {
  readonly environment: Environment;
  /** The name of the policies in force; `none` without the shop. */
  readonly policies: string;
  readonly hasShop: boolean;
  /** Rejects when a process of the shop dies. */
  readonly died?: Promise<never>;
}

/** The running shop, or what there is without one; the options go before both. */
export async function whereLocally(invocation: Invocation, experiments: readonly Experiment[]): Promise<Where> {
  const { values, settings } = invocation;
  if (values.string('load') === 'job') throw usage('--load job needs --kubernetes');
  const stackFile = paths(settings.project).stackFile;
  const stack = await readStack(stackFile);
  const needs = experiments.map(needsOf);
  const own = { prometheusUrl: url(values, 'prometheus'), gatewayUrl: url(values, 'gateway') };
  const agentFile = values.string('agent');
  const agent = agentFile === undefined ? undefined : await readAgent(agentFile, settings.workingDirectory);
  // What has died is missed by those alone that need it.
  const isWanted = needs.some((one) => one.agent || one.prometheus || one.load);
  if (stack !== undefined && (stateOf(stack) !== 'stale' || isWanted)) {
    const running = await requireStack(stackFile);
    for (const { file, shop } of experiments) {
      const warning = settingsWarning(file, shop, running.settings);
      if (warning !== undefined) invocation.progress(`warning: ${warning}`);
    }
    return inShop(invocation, running, { ...own, agent });
  }
  const found = agent ?? (needs.some((one) => one.agent) ? await findAgent(agentFiles(settings)) : undefined);
  const isLoaded = needs.some(({ load }) => load) && values.string('load') !== 'none';
  if (isLoaded) requireTarget(experiments, own.gatewayUrl);
  const k6 = isLoaded && own.prometheusUrl !== undefined ? await ensureK6(invocation) : undefined;
  return {
    environment: bareEnvironment({ ...own, agent: found && agentApi(found), k6 }),
    policies: 'none',
    hasShop: false,
    [Symbol.dispose]() {},
  };
}

interface Own {
  readonly prometheusUrl: string | undefined;
  readonly gatewayUrl: string | undefined;
  readonly agent: AgentFile | undefined;
}

async function inShop({ values }: Invocation, stack: StackFile, own: Own): Promise<Where> {
  const { promise: died, reject } = Promise.withResolvers<never>();
  died.catch(() => {}); // the run in progress tells
  const watch = watchStack(stack, reject);
  const { prometheusUrl = stack.prometheusUrl, agent = stack.agent } = own;
  const { startLoad, gatewayUrl, ...environment } = localEnvironment({ ...stack, prometheusUrl, agent });
  const policies = (await readPolicies(stack.policiesFile))?.preset ?? 'unknown';
  return {
    environment: {
      ...environment,
      gatewayUrl: own.gatewayUrl ?? gatewayUrl,
      startLoad: values.string('load') === 'none' ? undefined : startLoad,
    },
    policies,
    hasShop: true,
    died,
    [Symbol.dispose]: () => watch[Symbol.dispose](),
  };
}

/** A load of our own has the shop to call, or whatever it is told. */
function requireTarget(experiments: readonly Experiment[], gatewayUrl: string | undefined): void {
  const aimless = experiments.find(({ load }) => load !== undefined && load.env.BASE_URL === undefined);
  if (aimless === undefined || gatewayUrl !== undefined) return;
  throw new PadoError(
    'ERR_PADO_NOT_FOUND',
    `no shop is running here, and the load of ${aimless.file} (${aimless.load?.name}) needs one: start it with "pado up", or name what the load calls with --gateway URL`,
  );
}

const ensureK6 = ({ settings, signal, progress }: Invocation): Promise<string> =>
  ensureTool('k6', {
    folder: join(settings.installation, '.tools'),
    environment: settings.environment,
    signal,
    progress,
  });

async function readAgent(file: string, directory: string): Promise<AgentFile> {
  try {
    const agent = JSON.parse(await readFile(resolve(directory, file), 'utf8')) as Partial<AgentFile> | null;
    if (typeof agent?.url === 'string' && typeof agent.tokenFile === 'string') return agent as AgentFile;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT')
      throw new PadoError('ERR_PADO_NOT_FOUND', `--agent ${file}: there is no such file`, { cause });
  }
  throw usage(`--agent ${file}: not the agent.json that "pado agent" writes into .pado/`);
}
