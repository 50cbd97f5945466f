import type { Command } from '../cli/command.ts';
import { requireAgent } from '../stack/agent-client.ts';
import { agentFiles } from './agent-files.ts';

export const faultClear: Command = {
  name: 'fault clear',
  summary: 'ends and forgets every fault',
  options: {},
  examples: ['pado fault clear'],
  async run({ settings, signal }) {
    const client = await requireAgent(agentFiles(settings));
    const ended = (await client.faults(signal)).map(({ name }) => name);
    await client.clear(signal);
    return {
      json: { cleared: ended },
      text: ended.length === 0 ? 'there was no fault' : `cleared ${ended.join(', ')}`,
    };
  },
};
