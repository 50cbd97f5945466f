import type { Command } from '../cli/command.ts';
import { requireAgent } from '../stack/agent-client.ts';
import { agentFiles } from './agent-files.ts';
import { faultTable } from './fault-table.ts';

export const faultList: Command = {
  name: 'fault list',
  summary: 'lists faults with what was applied and the dose that was delivered',
  options: {},
  examples: ['pado fault list'],
  async run({ settings, signal }) {
    const items = await (await requireAgent(agentFiles(settings))).faults(signal);
    return { json: { items }, text: faultTable(items) };
  },
};
