import type { Command } from '../cli/command.ts';
import { clusterOptions, onKubernetes } from '../kubernetes/options.ts';
import { requireAgent } from '../stack/agent-client.ts';
import { agentFiles } from './agent-files.ts';

export const faultClear: Command = {
  name: 'fault clear',
  summary: 'ends and forgets every fault',
  options: clusterOptions,
  examples: ['pado fault clear', 'pado fault clear --kubernetes --namespace shop'],
  async run(invocation) {
    if (onKubernetes(invocation)) {
      const { clearOnKubernetes } = await import('../kubernetes/commands/fault-clear.ts');
      return clearOnKubernetes(invocation);
    }
    const { settings, signal } = invocation;
    const client = await requireAgent(agentFiles(settings));
    const ended = (await client.faults(signal)).map(({ name }) => name);
    await client.clear(signal);
    return {
      json: { cleared: ended },
      text: ended.length === 0 ? 'there was no fault' : `cleared ${ended.join(', ')}`,
    };
  },
};
