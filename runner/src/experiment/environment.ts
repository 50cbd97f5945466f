import type { StackFile } from '../contracts.ts';
import type { Cluster } from '../providers/aws/cluster.ts';
import { type AgentApi, agentApi } from '../providers/fault/agent-api.ts';
import { type LoadOptions, type RunningLoad, startLoad } from '../providers/k6/load.ts';
import type { KubernetesProvider } from '../providers/kubernetes/provider.ts';
import type { Experiment } from './experiment.ts';

/** What a run asks of the load; where k6 runs is the environment's affair. */
export type LoadRequest = Omit<LoadOptions, 'k6' | 'prometheusUrl'>;

/** Where an experiment runs: the shop, what observes it, and who injects faults. A plain experiment needs none of it. */
export interface Environment {
  /** The names that selectors and `match.service` may use; undefined when they cannot be known. */
  readonly names: () => Promise<readonly string[] | undefined>;
  /** The processes of services whose own counters can vouch for a fault, by the service's name. */
  readonly instances: Readonly<Record<string, readonly string[]>>;
  /** The shop's front as the load sees it; becomes BASE_URL of the script. */
  readonly gatewayUrl?: string | undefined;
  /** Processes that end are started again, so that a fault may lose a target and find the next. */
  readonly supervised?: boolean | undefined;
  readonly prometheusUrl?: string | undefined;
  readonly agent?: AgentApi | undefined;
  /** Absent: the run makes no load of its own, whatever the experiment names. */
  readonly startLoad?: ((request: LoadRequest) => Promise<RunningLoad>) | undefined;
  readonly kubernetes?: KubernetesProvider | undefined;
  /** Tells the provider aws which instance a node is. */
  readonly cluster?: Cluster | undefined;
  /** Where the services' logs are, a file each, on one machine. */
  readonly logsDirectory?: string | undefined;
  /** Tells before the run what would fail in the middle of it. @throws PadoError */
  readonly preflight?: (experiment: Experiment) => Promise<void>;
}

/** The shop that `pado up` or a lab has started on this machine. */
export function localEnvironment(stack: StackFile): Environment {
  const { urls, instances, supervised, prometheusUrl, agent: file, k6, logsDirectory } = stack;
  const agent = agentApi(file);
  return {
    names: async () => [...new Set([...Object.keys(urls), ...(await agent.targets()).map(({ name }) => name)])],
    instances,
    supervised,
    gatewayUrl: urls.gateway,
    prometheusUrl,
    agent,
    logsDirectory,
    startLoad: (request) => startLoad({ ...request, k6, prometheusUrl }),
  };
}

interface Parts {
  readonly agent?: AgentApi | undefined;
  readonly prometheusUrl?: string | undefined;
  readonly gatewayUrl?: string | undefined;
  /** The path of k6. */
  readonly k6?: string | undefined;
}

/** Whatever there is without the shop: somebody's own agent and Prometheus, or nothing at all. */
export function bareEnvironment({ agent, prometheusUrl, gatewayUrl, k6 }: Parts): Environment {
  return {
    names: async () => undefined,
    instances: {},
    agent,
    prometheusUrl,
    gatewayUrl,
    startLoad:
      k6 === undefined || prometheusUrl === undefined
        ? undefined
        : (request) => startLoad({ ...request, k6, prometheusUrl }),
  };
}
