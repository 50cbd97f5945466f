import type { Command } from '../cli/command.ts';
import { clusterOptions, onKubernetes } from '../kubernetes/options.ts';
import { requireAgent } from '../stack/agent-client.ts';
import { agentFiles } from './agent-files.ts';
import { faultTable } from './fault-table.ts';

export const faultList: Command = {
  name: 'fault list',
  summary: 'lists faults with what was applied and the dose that was delivered',
  options: clusterOptions,
  examples: ['pado fault list', 'pado fault list --kubernetes --namespace shop'],
  async run(invocation) {
    if (onKubernetes(invocation)) {
      const { listOnKubernetes } = await import('../kubernetes/commands/fault-list.ts');
      return listOnKubernetes(invocation);
    }
    const { settings, signal } = invocation;
    const items = await (await requireAgent(agentFiles(settings))).faults(signal);
    return { json: { items }, text: faultTable(items) };
  },
};
