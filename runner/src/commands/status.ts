import type { FaultStatus, TargetStatus } from '@pado/fault';
import type { Command } from '../cli/command.ts';
import { columns, mebibytes } from '../cli/text.ts';
import type { StackFile } from '../contracts.ts';
import { agentNamespaceOption, clusterOptions, onKubernetes } from '../kubernetes/options.ts';
import { agentClient, findAgent } from '../stack/agent-client.ts';
import { paths } from '../stack/paths.ts';
import { readPolicies } from '../stack/policies.ts';
import { isAlive, residentBytes } from '../stack/process-table.ts';
import { readStack, stateOf } from '../stack/stack-file.ts';
import { faultTable } from './fault-table.ts';
import { addresses } from './shop.ts';

export const status: Command = {
  name: 'status',
  summary: 'shows processes and their memory, targets, faults in force and the policies',
  options: { ...clusterOptions, ...agentNamespaceOption },
  examples: ['pado status', 'pado status --json', 'pado status --kubernetes --namespace shop'],
  async run(invocation) {
    if (onKubernetes(invocation)) {
      const { statusOnKubernetes } = await import('../kubernetes/commands/status.ts');
      return statusOnKubernetes(invocation);
    }
    const { settings } = invocation;
    const { stackFile, agentFile } = paths(settings.project);
    const stack = await readStack(stackFile);
    const agent = await findAgent([agentFile]);
    const [targets, faults] = agent === undefined ? [undefined, undefined] : await ask(agentClient(agent));
    const policies = stack === undefined ? undefined : await readPolicies(stack.policiesFile);
    const processes = stack === undefined ? [] : processRows(stack);
    const state = stack === undefined ? 'down' : stateOf(stack);
    const json = {
      state,
      stack,
      agent: targets === undefined ? undefined : agent,
      processes,
      policies,
      targets,
      faults,
    };
    const text = [
      stack === undefined
        ? 'shop: not running ("pado up" starts it)'
        : `shop: ${state}, since ${stack.startedAt}\n${addresses(stack)}`,
      stack === undefined ? '' : processTable(processes),
      policies === undefined ? '' : `policies: ${policies.preset} (revision ${policies.revision})`,
      targets === undefined ? 'agent: not running' : `targets: ${targets.map(describe).join(', ') || 'none'}`,
      faults === undefined ? '' : faultTable(faults),
    ];
    return { json, text: text.filter(Boolean).join('\n\n') };
  },
};

/** Both undefined when no agent answers: its file may have outlived it. */
async function ask(
  client: ReturnType<typeof agentClient>,
): Promise<readonly [readonly TargetStatus[], readonly FaultStatus[]] | readonly [undefined, undefined]> {
  return Promise.all([client.targets(), client.faults()]).catch(() => [undefined, undefined] as const);
}

const describe = ({ name, pid }: TargetStatus): string => `${name} (pid ${pid})`;

interface ProcessRow {
  readonly name: string;
  readonly pid: number;
  readonly alive: boolean;
  readonly residentBytes: number | null;
  /** How often it was started again; only where that happens. */
  readonly restarts?: number;
}

const processRows = ({ processes, supervised }: StackFile): ProcessRow[] =>
  processes.map((one) => {
    const alive = isAlive(one);
    const bytes = (alive ? residentBytes(one.pid) : undefined) ?? null;
    const restarts = supervised ? { restarts: one.restarts ?? 0 } : {};
    return { name: one.name, pid: one.pid, alive, residentBytes: bytes, ...restarts };
  });

function processTable(rows: readonly ProcessRow[]): string {
  const supervised = rows.some(({ restarts }) => restarts !== undefined);
  const total = rows.reduce((sum, row) => sum + (row.residentBytes ?? 0), 0);
  return columns([
    ['PROCESS', 'PID', 'STATE', 'MEMORY', ...(supervised ? ['RESTARTS'] : [])],
    ...rows.map(({ name, pid, alive, residentBytes: bytes, restarts }) => [
      name,
      String(pid),
      alive ? 'running' : 'ended',
      bytes === null ? '' : mebibytes(bytes),
      ...(restarts === undefined ? [] : [String(restarts)]),
    ]),
    ['total', '', '', mebibytes(total), ...(supervised ? [''] : [])],
  ]);
}
