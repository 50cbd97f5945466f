import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { helm, kubectl, kubectlJson } from './cluster.ts';
import { agentNamespace, imageValues, until } from './targets.ts';

const run = promisify(execFile);
const script = process.env.PADO_E2E_CHAOS;

/** For `t.test`: what kills, freezes and cuts off is left out where there is no script that does it. */
export const needsChaos =
  script === undefined
    ? {
        skip: 'PADO_E2E_CHAOS is not set: the path of a script that disturbs the cluster, which must be there for tests alone',
      }
    : {};

/** Such as `kill pado pado-agent-x2x4z agent`, `cut node2`, `api-stop`: `.ci/cluster-chaos` lists them. */
export async function chaos(...args: string[]): Promise<void> {
  if (script === undefined) throw new Error('PADO_E2E_CHAOS is not set');
  await run(script, args);
}

export interface AgentFacts {
  readonly name: string;
  readonly node: string;
  readonly restarts: number;
  /** By its own probe. The pod's condition also says what the node's controller thinks of a node that it does not hear. */
  readonly isReady: boolean;
}

interface AgentPod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName: string };
  readonly status: {
    readonly containerStatuses?: readonly { readonly restartCount: number; readonly ready: boolean }[];
  };
}

/** The agents of the cluster that are not leaving, by node. */
export async function agents(): Promise<AgentFacts[]> {
  const { items } = await kubectlJson<{ items: AgentPod[] }>(
    ...['get', 'pods', '-n', agentNamespace, '-l', 'app.kubernetes.io/name=pado-agent'],
  );
  return items
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata, spec, status }) => ({
      name: metadata.name,
      node: spec.nodeName,
      restarts: status.containerStatuses?.[0]?.restartCount ?? 0,
      isReady: status.containerStatuses?.[0]?.ready === true,
    }))
    .sort((a, b) => (a.node < b.node ? -1 : 1));
}

export async function agentOn(node: string): Promise<AgentFacts> {
  const agent = (await agents()).find((one) => one.node === node);
  if (agent === undefined) throw new Error(`node ${node} has no agent: install charts/agent into ${agentNamespace}`);
  return agent;
}

/** Installs charts/agent as users do, where it is not installed yet; it stays, since other tests share it. */
export async function ensureAgents(): Promise<void> {
  const name = 'daemonset/pado-agent';
  const found = await kubectl('get', name, '-n', agentNamespace, '--ignore-not-found', '-o', 'name');
  if (found.trim() !== '') return;
  const chart = new URL('../../../charts/agent', import.meta.url).pathname;
  await helm(
    ...['upgrade', '--install', 'pado', chart, '-n', agentNamespace, '--create-namespace', '--wait'],
    ...['--set', imageValues],
  );
}

/** Waits for one ready agent a node. */
export async function agentsReady(nodes: readonly string[], withinMs = 90_000): Promise<AgentFacts[]> {
  return until(
    'a ready agent on each node',
    agents,
    (found) => found.length === nodes.length && found.every(({ isReady }) => isReady),
    withinMs,
  );
}

/** How often probes of these agents have failed, by the events of their kubelets. */
export async function failedProbes(of: readonly AgentFacts[]): Promise<number> {
  const { items } = await kubectlJson<{ items: { count?: number; involvedObject: { name: string } }[] }>(
    ...['get', 'events', '-n', agentNamespace, '--field-selector', 'reason=Unhealthy'],
  );
  return items
    .filter(({ involvedObject }) => of.some(({ name }) => name === involvedObject.name))
    .reduce((total, { count = 1 }) => total + count, 0);
}

/** Memory of an agent that the kernel cannot take back, bytes: what its limit counts in the end. */
export async function memoryOf({ name }: AgentFacts): Promise<number> {
  const text = await kubectl('exec', '-n', agentNamespace, name, '--', 'cat', '/proc/1/status');
  return Number(/^RssAnon:\s*(\d+) kB/m.exec(text)?.[1]) * 1_024;
}

/** Lines of an agent's log since a moment, Unix ms of the cluster's clock. */
export async function logOf({ name }: AgentFacts, since: number): Promise<string[]> {
  const at = new Date(since).toISOString();
  return (await kubectl('logs', name, '-n', agentNamespace, `--since-time=${at}`)).split('\n').filter(Boolean);
}

/** Runs a module in a pod's container, without an injector of its own; resolves to the JSON that it prints. */
export async function runInPod<T>(namespace: string, pod: string, source: string, args: object): Promise<T> {
  const command = ['env', '-u', 'NODE_OPTIONS', 'node', '--input-type=module', '-', JSON.stringify(args)];
  const child = spawn('kubectl', ['exec', '-i', '-n', namespace, pod, '-c', 'app', '--', ...command], {
    stdio: 'pipe',
  });
  const out = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (out.stdout += chunk));
  child.stderr.on('data', (chunk) => (out.stderr += chunk));
  child.stdin.end(source);
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`in pod ${pod}: exit code ${code}: ${out.stderr}`);
  return JSON.parse(out.stdout) as T;
}
